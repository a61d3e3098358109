package io.nearcast.loadtest.site;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nearcast.loadtest.site.DynamicPages.Answer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP origin that serves a real web site from a folder.
 *
 * <p>Each request reads its file anew, so a page that was changed in an editor is what the origin
 * serves next, while caches before it still have the old one. Answers have a strong {@code ETag}
 * made from the bytes, {@code Last-Modified}, {@code Cache-Control} and {@code Surrogate-Key}; they
 * honour conditions and single ranges; nothing is compressed. Some paths are computed: see {@link
 * DynamicPages}.
 *
 * <p>Safe for use by several threads. Each request has a virtual thread of its own.
 */
public final class SiteOrigin implements AutoCloseable {
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
  private static final String METHODS = "GET, HEAD";

  private final HttpServer server;
  private final ExecutorService threads;
  private final Path directory;
  private final AtomicLong requests = new AtomicLong();
  private final DynamicPages dynamicPages = new DynamicPages(requests);

  private SiteOrigin(HttpServer server, Path directory) {
    this.server = server;
    this.directory = directory.toAbsolutePath().normalize();
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
  }

  /**
   * Unpacks the site where the folder has none, and serves it.
   *
   * @param address where to listen; port 0 takes a free one
   * @param directory the site's folder; it stays when the origin is closed
   * @throws IOException if the address cannot be bound or the folder cannot be written
   */
  public static SiteOrigin start(InetSocketAddress address, Path directory) throws IOException {
    SiteFiles.unpack(directory.toAbsolutePath().normalize());
    HttpServer server = HttpServer.create(address, 1_024);
    SiteOrigin origin = new SiteOrigin(server, directory);
    server.setExecutor(origin.threads);
    server.createContext("/", origin::handle);
    server.start();
    return origin;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Its URL as a service's origin has it. */
  public URI url() {
    return URI.create("http://" + address().getHostString() + ":" + address().getPort());
  }

  /** The folder with the site's files. */
  public Path directory() {
    return directory;
  }

  /** How many requests have come so far. */
  public long requests() {
    return requests.get();
  }

  /** Stops at once; requests under way are cut off. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path == null || !path.startsWith("/")) {
        send(exchange, Answer.error(400, "the request has no path\n"));
      } else if (dynamicPages.has(path)) {
        send(exchange, dynamicPages.answer(exchange));
      } else if (METHODS.contains(exchange.getRequestMethod())) {
        sendFile(exchange, path);
      } else {
        exchange.getResponseHeaders().set("Allow", METHODS);
        send(exchange, Answer.error(405, "a page can be read only\n"));
      }
    } catch (InterruptedException e) {
      // The origin is being closed: the connection ends with it.
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", answer.type());
    headers.set("Cache-Control", answer.cacheControl());
    byte[] body = answer.bytes();
    sendBody(exchange, answer.status(), body, 0, body.length);
  }

  private void sendFile(HttpExchange exchange, String path) throws IOException {
    SitePage page = SitePage.read(directory, path);
    if (page == null) {
      sendNotFound(exchange);
      return;
    }
    String entityTag = page.entityTag();
    Headers headers = exchange.getResponseHeaders();
    headers.set("ETag", entityTag);
    headers.set("Last-Modified", HTTP_DATE.format(page.modified()));
    headers.set("Cache-Control", page.cacheControl());
    headers.set("Surrogate-Key", page.tags());
    headers.set("Accept-Ranges", "bytes");
    if (unchanged(exchange.getRequestHeaders(), page, entityTag)) {
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    headers.set("Content-Type", page.type());
    sendWholeOrRange(exchange, page);
  }

  private void sendNotFound(HttpExchange exchange) throws IOException {
    SitePage page = SitePage.read(directory, "/404.html");
    if (page == null) {
      send(exchange, Answer.error(404, "no such page\n"));
      return;
    }
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", page.type());
    headers.set("Cache-Control", "public, max-age=0, s-maxage=10");
    headers.set("Surrogate-Key", page.tags());
    sendBody(exchange, 404, page.content(), 0, page.content().length);
  }

  private static void sendWholeOrRange(HttpExchange exchange, SitePage page) throws IOException {
    long length = page.content().length;
    ByteRange range = ByteRange.of(rangeHeader(exchange.getRequestHeaders(), page), length);
    if (range == null) {
      sendBody(exchange, 200, page.content(), 0, page.content().length);
    } else if (range.length() == 0) {
      exchange.getResponseHeaders().set("Content-Range", "bytes */" + length);
      exchange.sendResponseHeaders(416, -1);
    } else {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + length);
      sendBody(exchange, 206, page.content(), (int) range.first(), (int) range.length());
    }
  }

  /** The {@code Range}, unless {@code If-Range} names another version (RFC 9110 section 13.1.5). */
  private static @Nullable String rangeHeader(Headers request, SitePage page) {
    String condition = request.getFirst("If-Range");
    boolean same =
        condition == null
            || condition.equals(page.entityTag())
            || condition.equals(HTTP_DATE.format(page.modified()));
    return same ? request.getFirst("Range") : null;
  }

  /** Whether the client's copy is the current one (RFC 9110 section 13.2.2). */
  private static boolean unchanged(Headers request, SitePage page, String entityTag) {
    String tags = request.getFirst("If-None-Match");
    if (tags != null) {
      return tags.equals("*") || tags.contains(entityTag);
    }
    String since = request.getFirst("If-Modified-Since");
    if (since == null) {
      return false;
    }
    try {
      return !page.modified().isAfter(Instant.from(HTTP_DATE.parse(since)));
    } catch (DateTimeException _) {
      // Not a date: the condition does not count (RFC 9110 section 13.1.3).
      return false;
    }
  }

  private static void sendBody(
      HttpExchange exchange, int status, byte[] body, int offset, int length) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
    if (length > 0) {
      exchange.getResponseBody().write(body, offset, length);
    }
  }
}
