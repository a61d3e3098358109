package io.nearcast.loadtest.history;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Clients that ask all edges for all pages, at random, and write down what they are answered. */
final class Clients {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int CONDITIONAL_PERCENT = 10;

  private final Fleet fleet;
  private final List<Page> pages;
  private final History history;
  private final int pauseMillisMax;
  private final Map<Page, String> etags = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over;

  /**
   * @param pauseMillisMax the longest pause of a client between an answer and its next request
   */
  Clients(Fleet fleet, List<Page> pages, History history, int pauseMillisMax) {
    this.fleet = fleet;
    this.pages = pages;
    this.history = history;
    this.pauseMillisMax = pauseMillisMax;
  }

  /** Begins to ask. */
  void start(int count, long seed) {
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      threads.add(Thread.ofVirtual().name("client-" + i).start(() -> ask(random)));
    }
  }

  /** Ends, each client after the answer that it waits for. */
  void stop() throws InterruptedException {
    over = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void ask(Random random) {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build()) {
      while (!over) {
        String edge = Fleet.EDGES.get(random.nextInt(Fleet.EDGES.size()));
        // Some are asked for more often than others.
        int index = Math.min(random.nextInt(pages.size()), random.nextInt(pages.size()));
        InetSocketAddress address = fleet.serving(edge);
        if (address != null) {
          ask(client, edge, address, pages.get(index), random.nextInt(100) < CONDITIONAL_PERCENT);
        }
        Thread.sleep(random.nextInt(pauseMillisMax));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(
      HttpClient client, String edge, InetSocketAddress address, Page page, boolean conditional)
      throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + page.path()))
            .header("Host", page.host())
            .timeout(PATIENCE);
    String etag = etags.get(page);
    if (conditional && etag != null) {
      request.header("If-None-Match", etag);
    }
    long sentNanos = System.nanoTime();
    try {
      HttpResponse<InputStream> response =
          client.send(request.build(), BodyHandlers.ofInputStream());
      long made = made(response);
      history.answered(
          new Seen(
              edge,
              page,
              sentNanos,
              System.nanoTime(),
              response.statusCode(),
              response.headers().firstValueAsLong(StampingOrigin.STAMP).orElse(Seen.NONE),
              made,
              response.headers().firstValue("Cache-Status").orElse("")));
      response.headers().firstValue("ETag").ifPresent(seen -> etags.put(page, seen));
    } catch (IOException _) {
      history.failed();
    }
  }

  /** When the content was made: by the oldest line of the body, or of a 304 by the ETag. */
  private static long made(HttpResponse<InputStream> response) {
    HttpHeaders headers = response.headers();
    String text;
    try (InputStream body = response.body()) {
      text = new String(body.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException _) {
      // It has broken off; the head has been served all the same.
      return Seen.NONE;
    }
    if (response.statusCode() == 304) {
      return headers
          .firstValue("ETag")
          .map(etag -> number(etag.replace("\"", "")))
          .orElse(Seen.NONE);
    }
    // Lines of a body that was put together of slices must all be new.
    return headers.firstValue(StampingOrigin.STAMP).isPresent()
        ? text.lines()
            .mapToLong(line -> number(line.substring(0, Math.max(0, line.indexOf(' ')))))
            .min()
            .orElse(Seen.NONE)
        : Seen.NONE;
  }

  /** Digits as a number, or nothing. */
  private static long number(String text) {
    return !text.isEmpty() && text.length() < 19 && text.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Long.parseLong(text)
        : Seen.NONE;
  }
}
