package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Asks a control plane by REST, as a client with one token. */
public final class Http implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final InetSocketAddress address;
  private final String token;

  /** An answer. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Answer(int status, HttpHeaders headers, byte[] bytes) {

    public JsonNode json() {
      try {
        return JSON.readTree(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** A field by its JSON pointer, as text; empty where it is absent. */
    public String text(String pointer) {
      return json().at(pointer).asText();
    }

    public String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }

  public Http(InetSocketAddress address, String token) {
    this.address = address;
    this.token = token;
  }

  /** The same control plane, with another token. */
  public Http as(String otherToken) {
    return new Http(address, otherToken);
  }

  /** The same token, at another control plane. */
  public Http at(InetSocketAddress otherAddress) {
    return new Http(otherAddress, token);
  }

  public Answer get(String path, String... headers) {
    return send("GET", path, null, headers);
  }

  public Answer put(String path, String body, String... headers) {
    return send("PUT", path, body, headers);
  }

  public Answer post(String path, String body, String... headers) {
    return send("POST", path, body, headers);
  }

  public Answer delete(String path, String... headers) {
    return send("DELETE", path, null, headers);
  }

  /** Sends a request whose body is null for none; headers are names and values in turn. */
  public Answer send(String method, String path, String body, String... headers) {
    try {
      HttpResponse<byte[]> response =
          client.send(
              request(method, path, body, headers), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public HttpRequest request(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  public URI uri(String path) {
    String host = address.getAddress().getHostAddress();
    return URI.create("http://" + host + ":" + address.getPort() + path);
  }

  /** The client, for what this class has nothing for. */
  public HttpClient client() {
    return client;
  }

  @Override
  public void close() {
    client.shutdownNow(); // close() waits up to three seconds for idle connections
  }
}
