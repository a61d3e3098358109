package io.nearcast.router.health;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Something on loopback that answers as an edge answers a probe, or otherwise; can be killed and
 * started again at the same address.
 */
public final class FakeEdge implements AutoCloseable {
  private static final String MISDIRECTED =
      "HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

  private final InetSocketAddress address;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile String answer = MISDIRECTED;
  private volatile boolean silent;
  private volatile @Nullable ServerSocket server;
  private volatile String lastRequest = "";

  /** Starts on any free port of an address of 127.0.0.0/8. */
  public FakeEdge(String host) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(host), 0));
    address = (InetSocketAddress) socket.getLocalSocketAddress();
    run(socket);
  }

  /** Where it serves. */
  public InetSocketAddress address() {
    return address;
  }

  /** Where it serves, as nodes report it. */
  public String reported() {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  /** Answers each request with this from now on. */
  public FakeEdge answering(String bytes) {
    answer = bytes;
    return this;
  }

  /** Takes connections from now on, or again, without ever answering. */
  public void silent(boolean now) {
    silent = now;
  }

  /** The request that came last. */
  public String lastRequest() {
    return lastRequest;
  }

  /** Ends as if by {@code kill -9}: connections break, new ones are refused. */
  public void kill() {
    try {
      ServerSocket socket = server;
      if (socket != null) {
        socket.close();
      }
      for (Socket connection : open) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Comes back at the same address. */
  public void restart() throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(address);
    run(socket);
  }

  private void run(ServerSocket socket) {
    server = socket;
    Thread.ofVirtual().start(() -> accept(socket));
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        open.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException _) {
        return; // killed
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      byte[] request = new byte[4_096];
      int length = connection.getInputStream().read(request);
      lastRequest = new String(request, 0, Math.max(0, length), StandardCharsets.US_ASCII);
      if (silent) {
        // Until the other end gives up.
        length = connection.getInputStream().read(request);
      } else {
        connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
      }
    } catch (IOException _) {
      return; // killed, or the client is gone
    } finally {
      open.remove(connection);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
