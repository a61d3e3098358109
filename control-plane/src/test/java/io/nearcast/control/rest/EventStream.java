package io.nearcast.control.rest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Reads server-sent events one by one. */
final class EventStream implements AutoCloseable {
  private final HttpResponse<InputStream> response;
  private final BufferedReader lines;

  /** An event: its name (empty for a comment), id (empty for none) and data or the comment. */
  record Event(String name, String id, String data) {}

  private EventStream(HttpResponse<InputStream> response) {
    this.response = response;
    lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  static EventStream open(Http http, String path) {
    try {
      return new EventStream(
          http.client()
              .send(http.request("GET", path, null), HttpResponse.BodyHandlers.ofInputStream()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  int status() {
    return response.statusCode();
  }

  /** The next event, or null once the stream has ended. */
  Event next() {
    String name = "";
    String id = "";
    String data = "";
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty()) {
          return new Event(name, id, data);
        }
        int colon = line.indexOf(": ");
        String value = line.substring(colon + 2);
        switch (line.substring(0, colon)) {
          case "event" -> name = value;
          case "id" -> id = value;
          default -> data = value;
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next event of a name; others before it are passed over. */
  Event next(String name) {
    Event event = next();
    while (event != null && !event.name().equals(name)) {
      event = next();
    }
    return event;
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
