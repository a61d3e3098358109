package io.nearcast.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the first control plane that can be reached. Belongs to one thread. */
final class Client implements AutoCloseable {
  /** The header that lets a request be sent again. */
  static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

  /** Longer than any purge may be waited for. */
  private static final Duration ANSWER_MAX = Duration.ofSeconds(75);

  private static final int BYTES_MAX = 64 << 20;
  private static final int PAGE = 1_000;

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_MAX).build();
  private final List<URI> controlPlanes;
  private final String token;

  /**
   * An answer with a status of 2xx.
   *
   * @param status the status
   * @param etag the document's ETag, empty where it has none
   * @param json the body, missing where there is none
   */
  record Answer(int status, String etag, JsonNode json) {}

  /**
   * @param token what to say it with, empty for nothing
   */
  Client(List<URI> controlPlanes, String token) {
    this.controlPlanes = controlPlanes;
    this.token = token;
  }

  /** A name as a part of a path. */
  static String part(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Asks for a document. */
  JsonNode get(String path) {
    return send("GET", path, null).json();
  }

  /** All items of a list, page by page. */
  ArrayNode list(String path) {
    ArrayNode all = Documents.mapper().createArrayNode();
    String cursor = "";
    do {
      JsonNode page = get(path + "?limit=" + PAGE + cursor);
      page.path("items").forEach(all::add);
      cursor = page.path("next").isTextual() ? "&cursor=" + page.path("next").asText() : "";
    } while (!cursor.isEmpty());
    return all;
  }

  /**
   * Sends a request.
   *
   * @param body what is sent as JSON, or null for nothing
   * @param headers names and values in turn
   * @throws Refused if the answer's status is not 2xx
   */
  Answer send(String method, String path, @Nullable JsonNode body, String... headers) {
    HttpResponse<byte[]> response = exchange(method, path, body, headers);
    JsonNode json = json(response.body());
    if (response.statusCode() / 100 != 2) {
      throw Refused.by(response.statusCode(), json);
    }
    return new Answer(
        response.statusCode(), response.headers().firstValue("ETag").orElse(""), json);
  }

  /** A document and its ETag, or null if it is absent. */
  @Nullable Answer find(String path) {
    HttpResponse<byte[]> response = exchange("GET", path, null);
    JsonNode json = json(response.body());
    return switch (response.statusCode()) {
      case 404 -> null;
      case 200 -> new Answer(200, response.headers().firstValue("ETag").orElse(""), json);
      default -> throw Refused.by(response.statusCode(), json);
    };
  }

  private HttpResponse<byte[]> exchange(
      String method, String path, @Nullable JsonNode body, String... headers) {
    Refused last = null;
    for (URI controlPlane : controlPlanes) {
      try {
        return http.send(
            request(controlPlane, method, path, body, headers),
            HttpResponse.BodyHandlers.ofByteArray());
      } catch (ConnectException | HttpConnectTimeoutException e) {
        last = Refused.unreachable(controlPlane.toString(), "no connection");
      } catch (HttpTimeoutException e) {
        throw Refused.unreachable(controlPlane.toString(), "it took too long");
      } catch (IOException e) {
        last = Refused.unreachable(controlPlane.toString(), String.valueOf(e.getMessage()));
        if (!mayBeRepeated(method, headers)) {
          throw last;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Refused.unreachable(controlPlane.toString(), "interrupted");
      }
    }
    throw last == null ? Refused.unreachable("nowhere", "no control plane is named") : last;
  }

  /** Whether a request whose answer is lost may be sent to the next control plane. */
  private static boolean mayBeRepeated(String method, String... headers) {
    return method.equals("GET") || List.of(headers).contains(IDEMPOTENCY_KEY);
  }

  private HttpRequest request(
      URI controlPlane, String method, String path, @Nullable JsonNode body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(controlPlane.resolve(path))
            .timeout(ANSWER_MAX)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(Documents.writeJson(body)));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  private static JsonNode json(byte[] body) {
    if (body.length == 0) {
      return Documents.mapper().missingNode();
    }
    try {
      return Documents.readJson(JsonNode.class, body, BYTES_MAX);
    } catch (InvalidDocument e) {
      ObjectNode problem = Documents.mapper().createObjectNode();
      return problem.put("detail", "the answer is not JSON: is this a control plane?");
    }
  }

  @Override
  public void close() {
    http.shutdownNow(); // close() waits up to three seconds for idle connections
  }
}
