package io.nearcast.edge.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nearcast.edge.testing.StrictReader.Read;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An origin that keeps every byte that it gets on each connection, reads it by {@link
 * StrictReader}, and answers each request with what it was asked for, to be stored for a minute. It
 * believes all that applications are known to believe: whatever field claims to say more about the
 * host or the path than the request does is in the answer too.
 */
public final class RecordingOrigin implements AutoCloseable {
  private static final Set<String> BELIEVED =
      Set.of(
          "forwarded",
          "x-forwarded-host",
          "x-forwarded-port",
          "x-forwarded-prefix",
          "x-forwarded-proto",
          "x-forwarded-scheme",
          "x-forwarded-server",
          "x-host",
          "x-http-method",
          "x-http-method-override",
          "x-method-override",
          "x-original-host",
          "x-original-url",
          "x-rewrite-url");

  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> broken = new CopyOnWriteArrayList<>();

  private RecordingOrigin(ServerSocket server) {
    this.server = server;
  }

  /** Starts on a free port. */
  public static RecordingOrigin start() {
    try {
      RecordingOrigin origin =
          new RecordingOrigin(new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().start(origin::accept);
      return origin;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it is. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /**
   * The whole requests that came since this was last called, as {@code METHOD TARGET HOST}, with
   * {@code " | BODY"} where there is one.
   */
  public List<String> takeRequests() {
    List<String> taken = new ArrayList<>(requests);
    requests.clear();
    return taken;
  }

  /** What was no request since this was last called, with all the bytes of its connection. */
  public List<String> takeBroken() {
    List<String> taken = new ArrayList<>(broken);
    broken.clear();
    return taken;
  }

  /** What the answer to a request says where nobody has tampered with it. */
  public static String clean(String method, String target, String host) {
    return "clean " + method + ' ' + target + ' ' + host;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      cut();
    }
  }

  private void serve(Socket socket) {
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    try (socket) {
      socket.setTcpNoDelay(true);
      byte[] buffer = new byte[64 * 1024];
      int at = 0;
      for (int count = socket.getInputStream().read(buffer);
          count >= 0;
          count = socket.getInputStream().read(buffer)) {
        received.write(buffer, 0, count);
        byte[] bytes = received.toByteArray();
        Read read = StrictReader.request(bytes, at);
        while (at < bytes.length && read instanceof Read.Whole whole) {
          at = whole.end();
          requests.add(line(whole));
          socket.getOutputStream().write(answer(whole));
          read = StrictReader.request(bytes, at);
        }
        if (read instanceof Read.Malformed(String why)) {
          broken.add(why + ": " + received.toString(ISO_8859_1));
          return;
        }
      }
    } catch (IOException e) {
      // The node has cut the connection, as it does where a client breaks off.
      open.remove(socket);
    } finally {
      open.remove(socket);
    }
  }

  private static String line(Read.Whole request) {
    String[] start = request.start().toArray(String[]::new);
    String body = new String(request.body(), ISO_8859_1);
    return start[0] + ' ' + start[2] + ' ' + start[1] + (body.isEmpty() ? "" : " | " + body);
  }

  private static byte[] answer(Read.Whole request) {
    String method = request.start().getFirst();
    StringBuilder text =
        new StringBuilder(clean(method, request.start().get(2), request.start().get(1)));
    for (StrictReader.Line line : request.fields()) {
      String name = line.name().toLowerCase(Locale.ROOT);
      if (BELIEVED.contains(name) || name.startsWith("nearcast-")) {
        text.append(' ').append(line.name()).append('=').append(line.value());
      }
    }
    String head =
        "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: " + text.length();
    return (head + "\r\n\r\n" + (method.equals("HEAD") ? "" : text)).getBytes(ISO_8859_1);
  }

  private void cut() {
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }
}
