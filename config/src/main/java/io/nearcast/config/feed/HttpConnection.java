package io.nearcast.config.feed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one control plane, for one request after the other: HTTP/1.1 (RFC 9112), over TLS
 * where the address begins with {@code https}.
 *
 * <p>It belongs to one thread, a virtual one, which blocks while it waits; no other thread and no
 * hand-over is needed for an answer, which is what makes a thousand nodes light. Only {@link
 * #close} is for any thread: it ends what the owner waits for with an IOException.
 */
final class HttpConnection implements AutoCloseable {
  private static final int BUFFER_BYTES = 8 << 10;
  private static final int HEAD_BYTES_MAX = 32 << 10;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final URI peer;
  private final Socket plain = new Socket();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private Socket socket = plain;
  private @Nullable InputStream in;
  private @Nullable OutputStream out;
  private volatile boolean closed;

  /**
   * Prepares; nothing is sent.
   *
   * @param peer scheme, host and port
   */
  HttpConnection(URI peer) {
    this.peer = peer;
  }

  /** Whom it leads to. */
  URI peer() {
    return peer;
  }

  /**
   * Connects.
   *
   * @throws UnknownHostException if nobody knows the host
   * @throws SocketTimeoutException if that takes too long
   * @throws IOException if it fails otherwise
   */
  void connect(Duration max) throws IOException {
    boolean tls = "https".equals(peer.getScheme());
    String host = peer.getHost().replaceAll("[\\[\\]]", "");
    int port = peer.getPort() >= 0 ? peer.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new UnknownHostException(host);
    }
    plain.connect(address, millis(max));
    plain.setTcpNoDelay(true);
    if (tls) {
      socket = handshake(host, port, max);
    }
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  private Socket handshake(String host, int port, Duration max) throws IOException {
    SSLSocketFactory factory = defaultContext().getSocketFactory();
    SSLSocket secure = (SSLSocket) factory.createSocket(plain, host, port, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.setSoTimeout(millis(max));
    secure.startHandshake();
    return secure;
  }

  /** The certificates that the JVM trusts, as with any other client of it. */
  private static SSLContext defaultContext() throws IOException {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IOException("this JVM has no TLS", e);
    }
  }

  /**
   * Sends a request and waits for the head of its answer.
   *
   * @param request head and body
   * @param max how long the head may take
   * @throws Unanswered if the connection ended before anything of an answer came
   * @throws SocketTimeoutException if the head did not come in time
   * @throws IOException if the answer is not HTTP, or the connection broke
   */
  HttpAnswer ask(byte[] request, Duration max) throws IOException {
    OutputStream to = out;
    if (to == null) {
      throw new IOException("it is not connected");
    }
    boolean begun = false;
    try {
      if (position < limit) {
        throw new Unanswered(null); // what is there was not asked for
      }
      to.write(request);
      to.flush();
      long untilNanos = System.nanoTime() + max.toNanos();
      begun = fill(max);
      if (!begun) {
        throw new Unanswered(null);
      }
      return HttpAnswer.read(this, untilNanos);
    } catch (SocketTimeoutException | Unanswered e) {
      throw e;
    } catch (IOException e) {
      throw begun ? e : new Unanswered(e);
    }
  }

  /** The connection ended before an answer began: it had been idle for too long, perhaps. */
  static final class Unanswered extends IOException {
    private static final long serialVersionUID = 1;

    Unanswered(@Nullable IOException cause) {
      super("the connection was lost", cause);
    }
  }

  /**
   * Reads a line of a head, or around a chunk.
   *
   * @param untilNanos when it must be there, of {@link System#nanoTime}
   * @return the line without its end
   */
  String line(long untilNanos) throws IOException {
    GrowingBytes line = new GrowingBytes(HEAD_BYTES_MAX);
    while (true) {
      if (position == limit && !fill(Duration.ofNanos(untilNanos - System.nanoTime()))) {
        throw new IOException("the connection was lost");
      }
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      line.append(ByteBuffer.wrap(buffer, position, end - position), end - position);
      position = end;
      if (end < limit) {
        position++;
        return new String(line.take(), StandardCharsets.ISO_8859_1).stripTrailing();
      }
    }
  }

  /**
   * The next bytes, valid until the next call.
   *
   * @param max the most that are taken, at least 1
   * @param wait how long it may wait where there are none yet
   * @return at least one byte, or null at the end of the connection
   * @throws SocketTimeoutException if none came in that time
   */
  @Nullable ByteBuffer bytes(long max, Duration wait) throws IOException {
    if (position == limit && !fill(wait)) {
      return null;
    }
    int count = (int) Math.min(max, limit - position);
    ByteBuffer bytes = ByteBuffer.wrap(buffer, position, count).slice();
    position += count;
    return bytes;
  }

  private boolean fill(Duration wait) throws IOException {
    InputStream from = in;
    if (from == null) {
      throw new IOException("it is not connected");
    }
    socket.setSoTimeout(millis(wait));
    position = 0;
    limit = 0;
    try {
      limit = Math.max(0, from.read(buffer));
    } catch (SocketException e) {
      throw new IOException("the connection was lost", e);
    }
    return limit > 0;
  }

  /** At least 1, for 0 would be without end. */
  private static int millis(Duration duration) {
    return Math.clamp(TimeUnit.NANOSECONDS.toMillis(duration.toNanos()), 1, 3_600_000);
  }

  /** Whether it has been closed here. */
  boolean isClosed() {
    return closed;
  }

  /** Ends the connection, and with an IOException what its owner waits for. */
  @Override
  public void close() {
    closed = true;
    try {
      plain.close();
    } catch (IOException _) {
      // Its descriptor is given back all the same.
    }
  }
}
