package io.nearcast.config.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.ReportAnswer;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The requests that a node makes of its control planes. One of them is the current one; after a
 * failure the caller moves on to the next. Thread-safe, but each caller has its own, for the
 * current one is the caller's.
 */
final class ControlPlaneClient implements AutoCloseable {
  private static final int SNAPSHOT_BYTES_MAX = 1 << 30;
  private static final int ANSWER_BYTES_MAX = 64 << 10;

  /** The control plane no longer has, or never had, the entries that were asked for (410). */
  static final class Gone extends IOException {
    private static final long serialVersionUID = 1;

    Gone() {
      super("the feed does not go on from where this node is");
    }
  }

  private final List<URI> controlPlanes;
  private final Supplier<String> token;
  private final Timing timing;
  private final AtomicInteger current = new AtomicInteger();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient http;

  ControlPlaneClient(List<URI> controlPlanes, Supplier<String> token, Timing timing) {
    this.controlPlanes = List.copyOf(controlPlanes);
    this.token = token;
    this.timing = timing;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timing.connectMax())
            .executor(executor)
            .build();
  }

  /** How many control planes there are. */
  int size() {
    return controlPlanes.size();
  }

  /** The control plane that is asked now. */
  URI current() {
    return controlPlanes.get(Math.floorMod(current.get(), controlPlanes.size()));
  }

  /** From now on the next one is asked. */
  void moveOn() {
    current.incrementAndGet();
  }

  /**
   * Opens the feed.
   *
   * @throws Gone if a snapshot is needed first
   * @throws IOException if the control plane does not answer with a feed
   */
  EventStream follow(FeedState from) throws IOException {
    String path = "/v1/feed?after=" + from.sequence() + "&log=" + from.log();
    ByteStream body = get(path, "text/event-stream", timing.connectMax());
    return new EventStream(body, timing.silenceMax());
  }

  /**
   * Takes a snapshot.
   *
   * @throws IOException if the control plane does not answer with one
   */
  FeedSnapshot snapshot() throws IOException {
    try (ByteStream body = get("/v1/feed/snapshot", "application/json", timing.connectMax())) {
      byte[] json = body.all(timing.silenceMax(), SNAPSHOT_BYTES_MAX);
      return Documents.readJson(FeedSnapshot.class, json, SNAPSHOT_BYTES_MAX);
    } catch (InvalidDocument e) {
      throw new IOException("the snapshot cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Sends a report.
   *
   * @throws IOException if it is not accepted within {@link Timing#reportMax}
   */
  ReportAnswer report(String node, NodeReport report) throws IOException {
    HttpRequest request =
        request("/v1/nodes/" + node + "/report", "application/json", timing.reportMax())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Documents.writeJson(report)))
            .build();
    try (ByteStream body = send(request)) {
      byte[] json = body.all(timing.reportMax(), ANSWER_BYTES_MAX);
      return Documents.readJson(ReportAnswer.class, json);
    } catch (InvalidDocument e) {
      throw new IOException("its answer cannot be read: " + e.getMessage(), e);
    }
  }

  /** Ends all requests, those under way with an IOException, and lets go of threads and sockets. */
  @Override
  public void close() {
    http.shutdownNow();
    http.close();
    executor.close();
  }

  private ByteStream get(String path, String accept, Duration headMax) throws IOException {
    return send(request(path, accept, headMax).GET().build());
  }

  private HttpRequest.Builder request(String path, String accept, Duration headMax) {
    String base = current().toString().replaceFirst("/+$", "");
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(headMax)
        .header("Accept", accept)
        .header("Authorization", "Bearer " + token.get());
  }

  private ByteStream send(HttpRequest request) throws IOException {
    HttpResponse<ByteStream> response;
    try {
      response = http.send(request, _ -> new ByteStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (HttpTimeoutException e) {
      throw new IOException("it does not answer in time", e);
    } catch (ConnectException e) {
      throw new IOException("it cannot be reached", e);
    }
    if (response.statusCode() == 200) {
      return response.body();
    }
    try (ByteStream body = response.body()) {
      throw refusal(response.statusCode(), body);
    }
  }

  private IOException refusal(int status, ByteStream body) throws IOException {
    return switch (status) {
      case 410 -> new Gone();
      case 401, 403 -> new IOException("it refuses the node's token: look at --token-file");
      default -> new IOException("it answers " + status + ": " + detail(body));
    };
  }

  /** What a problem document (RFC 9457) says, as far as there is one. */
  private String detail(ByteStream body) throws IOException {
    try {
      byte[] json = body.all(timing.silenceMax(), ANSWER_BYTES_MAX);
      return Documents.readJson(JsonNode.class, json).path("detail").asText("no detail");
    } catch (InvalidDocument e) {
      return "no problem document";
    }
  }
}
