package io.nearcast.edge.upstream;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** An origin that does byte by byte what a script says, one thread for each connection. */
final class RawOrigin implements AutoCloseable {
  /** What happens on one connection; it is closed afterwards. */
  interface Script {
    void play(Peer peer) throws IOException;
  }

  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final Script script;

  private RawOrigin(ServerSocket server, Script script) {
    this.server = server;
    this.script = script;
  }

  static RawOrigin start(Script script) {
    try {
      RawOrigin origin =
          new RawOrigin(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), script);
      Thread.ofVirtual().start(origin::accept);
      return origin;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers each request of each connection with the same bytes. */
  static RawOrigin answering(String response) {
    return start(peer -> {
      while (peer.readHead() != null) {
        peer.send(response);
      }
    });
  }

  int port() {
    return server.getLocalPort();
  }

  /** How many connections have been accepted. */
  int accepted() {
    return accepted.get();
  }

  Target target(String name) {
    return new Target(name, false, false, "127.0.0.1", port());
  }

  Target shield(String name) {
    return new Target(name, true, false, "127.0.0.1", port());
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        int number = accepted.incrementAndGet();
        Thread.ofVirtual().start(() -> play(socket, number));
      }
    } catch (IOException e) {
      closePeers();
    }
  }

  private void play(Socket socket, int number) {
    try (socket) {
      script.play(new Peer(socket, number));
    } catch (IOException e) {
      // The other side went away, which many tests want.
      open.remove(socket);
    } finally {
      open.remove(socket);
    }
  }

  private void closePeers() {
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    closePeers();
  }

  /** The origin's end of a connection. */
  static final class Peer {
    private final Socket socket;
    private final int number;
    private final InputStream in;
    private final OutputStream out;

    private Peer(Socket socket, int number) throws IOException {
      this.socket = socket;
      this.number = number;
      in = socket.getInputStream();
      out = socket.getOutputStream();
    }

    /** Which connection this is, counted from 1. */
    int number() {
      return number;
    }

    /** The head of the next request with its empty line, or null where the client has closed. */
    String readHead() throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      int end = 0;
      while (end < 4) {
        int b = in.read();
        if (b < 0) {
          return null;
        }
        head.write(b);
        end = b == "\r\n\r\n".charAt(end) ? end + 1 : b == '\r' ? 1 : 0;
      }
      return head.toString(StandardCharsets.ISO_8859_1);
    }

    byte[] readBytes(int count) throws IOException {
      byte[] bytes = in.readNBytes(count);
      if (bytes.length < count) {
        throw new EOFException();
      }
      return bytes;
    }

    InputStream in() {
      return in;
    }

    OutputStream out() {
      return out;
    }

    Peer send(String latin1) throws IOException {
      out.write(latin1.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return this;
    }

    /** Waits until the client closes, reading what it still sends. */
    void awaitClose() throws IOException {
      in.transferTo(OutputStream.nullOutputStream());
    }

    /** The same connection through TLS; closing that does not close this. */
    SSLSocket secured(SSLContext context) throws IOException {
      SSLSocket secured =
          (SSLSocket)
              context.getSocketFactory().createSocket(socket, InputStream.nullInputStream(), false);
      secured.setUseClientMode(false);
      return secured;
    }

    /** Closes so that the client sees a reset, not an end. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
