package io.nearcast.loadtest.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server whose every answer is the same bytes, after which it may end the connection. */
final class FaultyOrigin implements AutoCloseable {
  private final ServerSocket server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final byte[] answer;
  private final boolean closing;

  FaultyOrigin(String answer, boolean closing) throws IOException {
    this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    this.answer = answer.getBytes(StandardCharsets.ISO_8859_1);
    this.closing = closing;
    var _ = threads.submit(this::accept);
  }

  Target target() {
    return new Target((InetSocketAddress) server.getLocalSocketAddress(), "load.test");
  }

  private Void accept() throws IOException {
    while (!server.isClosed()) {
      Socket socket = server.accept();
      var _ = threads.submit(() -> serve(socket));
    }
    return null;
  }

  private Void serve(Socket socket) throws IOException {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      OutputStream out = socket.getOutputStream();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.isEmpty()) {
          out.write(answer);
          if (closing) {
            return null;
          }
        }
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
