package io.nearcast.control.rest;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many nodes follow one control plane. */
final class FeedFanOutTest {
  private static final int PURGES = 50;

  @Test
  @Timeout(60)
  void hundredsOfNodesGetEveryPurgeInOrder(@TempDir Path directory) throws Exception {
    follow(directory, 300);
  }

  @Test
  @Tag("long")
  @Timeout(300)
  void thousandsOfNodesGetEveryPurgeInOrder(@TempDir Path directory) throws Exception {
    follow(directory, 3_000);
  }

  private static void follow(Path directory, int nodes) throws Exception {
    try (RunningControlPlane running = RunningControlPlane.in(directory);
        ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor()) {
      Http http = running.admin();
      http.put("/v1/services/shop", service("a.example"));
      CountDownLatch connected = new CountDownLatch(nodes);
      List<Future<Long>> ends = new ArrayList<>();
      long begun = System.nanoTime();
      for (int i = 0; i < nodes; i++) {
        ends.add(streams.submit(() -> readAll(running, connected)));
      }
      assertThat(connected.await(60, TimeUnit.SECONDS)).isTrue();
      Duration connecting = Duration.ofNanos(System.nanoTime() - begun);
      for (int i = 0; i < PURGES - 1; i++) {
        http.post("/v1/purges", "{\"service\":\"shop\",\"everything\":true}");
      }
      long last = System.nanoTime();
      http.post("/v1/purges", "{\"service\":\"shop\",\"tags\":[\"last\"]}");
      long slowest = 0;
      for (Future<Long> end : ends) {
        slowest = Math.max(slowest, end.get() - last);
      }
      System.out.printf(
          "%d nodes connected in %d ms; the last purge reached all of them in %d ms%n",
          nodes, connecting.toMillis(), Duration.ofNanos(slowest).toMillis());
    }
  }

  /** Reads a stream until the last purge; returns when it came. */
  private static long readAll(RunningControlPlane running, CountDownLatch connected)
      throws IOException {
    String log = running.admin().get("/v1/feed/snapshot").text("/log");
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), running.controlPlane().address().getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /v1/feed?after=2&log=%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                  .formatted(log, running.controlPlane().adminToken())
                  .getBytes(StandardCharsets.US_ASCII));
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      long sequence = 2;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event: fleet")) {
          connected.countDown();
        } else if (line.startsWith("id: ")) {
          long next = Long.parseLong(line.substring("id: ".length()));
          assertThat(next).isGreaterThan(sequence);
          sequence = next;
          if (sequence == 2 + PURGES) {
            return System.nanoTime();
          }
        }
      }
      throw new IOException("the stream ended at " + sequence);
    }
  }
}
