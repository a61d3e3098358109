package io.nearcast.loadtest.cdn;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A client of a control plane's REST API or of a node's admin endpoint. Thread-safe. */
public final class RestClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final URI base;
  private final @Nullable String token;

  /**
   * Prepares; nothing is sent.
   *
   * @param base scheme, host and port
   * @param token sent with each request, or null for none
   */
  public RestClient(URI base, @Nullable String token) {
    this.base = base;
    this.token = token;
  }

  /**
   * What was answered.
   *
   * @param status the status code
   * @param headers the header fields
   * @param body text, empty where there is none
   */
  public record Answer(int status, HttpHeaders headers, String body) {
    /**
     * This answer, if it is a success.
     *
     * @throws IllegalStateException with the body, if it is not
     */
    public Answer orFail() {
      if (status / 100 != 2) {
        throw new IllegalStateException("answered " + status + ": " + body.strip());
      }
      return this;
    }
  }

  /** Reads. */
  public Answer get(String path) throws IOException, InterruptedException {
    return send("GET", path, null);
  }

  /** Writes a JSON document. */
  public Answer put(String path, String json) throws IOException, InterruptedException {
    return send("PUT", path, json);
  }

  /** Sends a JSON document, with further header fields as names and values. */
  public Answer post(String path, String json, String... headers)
      throws IOException, InterruptedException {
    return send("POST", path, json, headers);
  }

  /** Removes. */
  public Answer delete(String path) throws IOException, InterruptedException {
    return send("DELETE", path, null);
  }

  /**
   * Sends any request.
   *
   * @param json the body, or null for none
   * @param headers further header fields, names and values
   */
  public Answer send(String method, String path, @Nullable String json, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(TIMEOUT)
            .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (json != null) {
      request.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.headers(), response.body());
  }

  /** Ends its connections. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
