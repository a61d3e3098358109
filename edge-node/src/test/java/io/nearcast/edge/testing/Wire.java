package io.nearcast.edge.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A client that sends what it is told and reads what comes. For one thread. */
public final class Wire implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket = new Socket();
  private final InputStream in;

  private Wire(InetSocketAddress address, int receiveBytes) {
    try {
      if (receiveBytes > 0) {
        socket.setReceiveBufferSize(receiveBytes);
      }
      socket.connect(address);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      in = new BufferedInputStream(socket.getInputStream(), receiveBytes > 0 ? 1_024 : 65_536);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A connection to a node. */
  public static Wire to(InetSocketAddress address) {
    return new Wire(address, 0);
  }

  /** A connection whose system buffers little for it, so that not reading is soon felt. */
  public static Wire narrow(InetSocketAddress address) {
    return new Wire(address, 8 * 1_024);
  }

  /** One request on a connection of its own. */
  public static Message ask(InetSocketAddress address, String request) {
    try (Wire wire = to(address)) {
      return wire.send(request).read(request.startsWith("HEAD "));
    }
  }

  /** One GET of the host {@code www.test} on a connection of its own. */
  public static Message get(InetSocketAddress address, String target, String... fields) {
    return ask(address, request("GET", target, fields));
  }

  /** A request of the host {@code www.test}. */
  public static String request(String method, String target, String... fields) {
    StringBuilder text =
        new StringBuilder(method + ' ' + target + " HTTP/1.1\r\nHost: www.test\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    return text.append("\r\n").toString();
  }

  /** Sends characters as bytes. */
  public Wire send(String latin1) {
    return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends bytes. */
  public Wire send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends bytes, unless the other side has closed. */
  public void trySend(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (SocketException e) {
      // Refused while it was still sending: the answer can be read all the same.
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says that nothing more will be sent. */
  public Wire endOutput() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The head of the next response, which may be an interim one; null at the end. */
  public Message readHead() {
    try {
      return Message.head(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next response; null at the end. */
  public Message read() {
    return read(false);
  }

  /** The next response, whose body does not come where it answers HEAD; null at the end. */
  public Message read(boolean toHead) {
    Message head = readHead();
    return head == null ? null : rest(head, toHead);
  }

  /** The body of a response whose head was read. */
  public Message rest(Message head, boolean toHead) {
    int status = head.status();
    try {
      return head.withBody(in, toHead || status < 200 || status == 204 || status == 304, true);
    } catch (SocketException e) {
      return new Message(head.startLine(), head.lines(), new byte[0], false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next bytes, fewer at the end. */
  public byte[] readBytes(int count) {
    try {
      return in.readNBytes(count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the other side has ended the connection, having sent nothing more. */
  public boolean ended() {
    try {
      return in.read() < 0;
    } catch (SocketException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Goes away without a word, so that the node sees a reset. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
