package io.nearcast.loadtest.site;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * What the site's origin computes: pages that must not be cached, and one that is slow.
 *
 * <ul>
 *   <li>{@code /time}: the time, {@code no-store}
 *   <li>{@code /slow?ms=2000}: an answer after so many milliseconds, at most 10,000; may be cached
 *       for a minute, so that it shows how requests that come together share one fetch
 *   <li>{@code /api/echo}: the method, length and checksum of what was sent
 *   <li>{@code /api/requests}: how many requests have reached this origin
 * </ul>
 */
final class DynamicPages {
  private static final Pattern DELAY = Pattern.compile("(?:.*&)?ms=([0-9]{1,5})(?:&.*)?");
  private static final int DELAY_MILLIS_MAX = 10_000;
  private static final String UNCACHEABLE = "no-store";

  private final AtomicLong requests;

  DynamicPages(AtomicLong requests) {
    this.requests = requests;
  }

  /**
   * An answer of the origin.
   *
   * @param status 200, or what went wrong
   * @param type the {@code Content-Type}
   * @param cacheControl the {@code Cache-Control}
   * @param body text, sent as UTF-8
   */
  record Answer(int status, String type, String cacheControl, String body) {
    private static final String TEXT = "text/plain; charset=utf-8";

    static Answer text(String body, String cacheControl) {
      return new Answer(200, TEXT, cacheControl, body);
    }

    static Answer json(String body) {
      return new Answer(200, "application/json", UNCACHEABLE, body);
    }

    static Answer error(int status, String body) {
      return new Answer(status, TEXT, UNCACHEABLE, body);
    }

    byte[] bytes() {
      return body.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Whether a path is one of these pages, and not a file. */
  boolean has(String path) {
    return path.equals("/time") || path.equals("/slow") || path.startsWith("/api/");
  }

  Answer answer(HttpExchange exchange) throws IOException, InterruptedException {
    return switch (exchange.getRequestURI().getPath()) {
      case "/time" -> Answer.text(Instant.now() + "\n", UNCACHEABLE);
      case "/slow" -> slow(exchange.getRequestURI().getQuery());
      case "/api/echo" -> echo(exchange);
      case "/api/requests" -> Answer.json("{\"requests\":" + requests.get() + "}\n");
      default -> Answer.error(404, "no such page\n");
    };
  }

  private static Answer slow(String query) throws InterruptedException {
    Matcher matcher = DELAY.matcher(query == null ? "ms=2000" : query);
    if (!matcher.matches()) {
      return Answer.error(400, "write /slow?ms=MILLISECONDS, at most " + DELAY_MILLIS_MAX + "\n");
    }
    int millis = Math.min(DELAY_MILLIS_MAX, Integer.parseInt(matcher.group(1)));
    // Being slow is what this page is for.
    Thread.sleep(millis);
    return Answer.text("after " + millis + " ms: " + Instant.now() + "\n", "public, max-age=60");
  }

  private static Answer echo(HttpExchange exchange) throws IOException {
    CRC32 checksum = new CRC32();
    byte[] buffer = new byte[16_384];
    long length = 0;
    InputStream body = exchange.getRequestBody();
    for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
      checksum.update(buffer, 0, read);
      length += read;
    }
    return Answer.json(
        String.format(
            "{\"method\":\"%s\",\"bytes\":%d,\"crc32\":\"%08x\"}%n",
            exchange.getRequestMethod(), length, checksum.getValue()));
  }
}
