package io.nearcast.loadtest.history;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nearcast.loadtest.history.Checker.Edit;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An origin that stamps each answer, 304 and errors among them, with a counter that it takes when
 * the request has come; what it answers is decided then, however long the answer takes.
 *
 * <p>The stamp is in the field {@value #STAMP}, which a cache replaces with that of a 304 (RFC 9111
 * section 3.2): so it says of whatever is served when the origin was asked last. Each line of the
 * body says when its content was made: of a page with a validator at its last edit, of another one
 * now.
 *
 * <p>Some answers are slow, some are errors, some break off. Thread-safe; each request has a
 * virtual thread of its own.
 */
final class StampingOrigin implements AutoCloseable {
  static final String STAMP = "X-Stamp";

  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,9})-([0-9]{0,9})");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Page> pages = new HashMap<>();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong confirmed = new AtomicLong();

  // Guarded by this
  private final SplittableRandom random;
  private final Map<Page, Long> edited = new HashMap<>();
  private final List<Edit> edits = new ArrayList<>();
  private long counter;

  /** What is answered, decided at once when the request has come. */
  private record Answer(
      Page page, int status, long stamp, long made, int delayMillis, boolean late, boolean broken) {
    String etag() {
      return "\"" + made + "\"";
    }
  }

  private StampingOrigin(HttpServer server, Collection<Page> pages, long seed) {
    this.server = server;
    this.random = new SplittableRandom(seed);
    pages.forEach(page -> this.pages.put(page.host() + page.path(), page));
    pages.stream().filter(Page::checked).forEach(this::edit);
  }

  /** Serves pages at a free port. */
  static StampingOrigin start(Collection<Page> pages, long seed) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 1_024);
    StampingOrigin origin = new StampingOrigin(server, pages, seed);
    server.setExecutor(origin.threads);
    server.createContext("/", origin::handle);
    server.start();
    return origin;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** The counter: whatever is produced from now on has a higher stamp. */
  synchronized long now() {
    return counter;
  }

  /** Changes a page. */
  synchronized void edit(Page page) {
    counter++;
    edited.put(page, counter);
    edits.add(new Edit(page, counter));
  }

  /** All changes so far. */
  synchronized List<Edit> edits() {
    return List.copyOf(edits);
  }

  /** How many requests have come. */
  long requests() {
    return requests.get();
  }

  /** How many were answered 304. */
  long confirmed() {
    return confirmed.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private synchronized Answer decide(Page page, @Nullable String condition) {
    long stamp = ++counter;
    long made = page.checked() ? edited.getOrDefault(page, stamp) : stamp;
    boolean slow = page.kind() == Page.Kind.SLOW;
    int delayMillis = slow ? random.nextInt(50, 800) : random.nextInt(100) < 5 ? 300 : 0;
    boolean late = random.nextBoolean();
    int lot = random.nextInt(100);
    int status =
        lot == 0 ? 503 : page.checked() && ("\"" + made + "\"").equals(condition) ? 304 : 200;
    return new Answer(page, status, stamp, made, delayMillis, late, lot == 1);
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    Headers asked = exchange.getRequestHeaders();
    Page page = pages.get(asked.getFirst("Host") + exchange.getRequestURI().getPath());
    try (exchange) {
      if (page == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        Answer answer = decide(page, asked.getFirst("If-None-Match"));
        send(exchange, answer, range(asked, answer));
      }
    } catch (InterruptedException _) {
      // The origin is being closed: the connection ends with it.
      Thread.currentThread().interrupt();
    }
  }

  /** The bytes that are wanted of the body (RFC 9110 section 14.2), null for all. */
  private static @Nullable Matcher range(Headers asked, Answer answer) {
    String range = asked.getFirst("Range");
    String condition = asked.getFirst("If-Range");
    if (range == null
        || answer.status != 200
        || !answer.page.checked()
        || (condition != null && !condition.equals(answer.etag()))) {
      return null;
    }
    Matcher matcher = RANGE.matcher(range);
    return matcher.matches() ? matcher : null;
  }

  private void send(HttpExchange exchange, Answer answer, @Nullable Matcher range)
      throws IOException, InterruptedException {
    boolean error = answer.status == 503;
    Headers headers = exchange.getResponseHeaders();
    headers.set(STAMP, String.valueOf(answer.stamp));
    headers.set("Cache-Control", error ? "no-store" : answer.page.kind().cacheControl);
    headers.set("Surrogate-Key", String.join(" ", answer.page.tags()));
    if (answer.page.checked() && !error) {
      headers.set("ETag", answer.etag());
    }
    if (!answer.late) {
      Thread.sleep(answer.delayMillis);
    }
    if (answer.status == 304) {
      confirmed.incrementAndGet();
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    byte[] body = body(answer);
    int status = answer.status;
    if (range != null) {
      int first = Math.min(Integer.parseInt(range.group(1)), body.length - 1);
      int end = range.group(2).isEmpty() ? body.length : Integer.parseInt(range.group(2)) + 1;
      int last = Math.clamp(end, first + 1, body.length) - 1;
      headers.set("Content-Range", "bytes " + first + "-" + last + "/" + body.length);
      body = Arrays.copyOfRange(body, first, last + 1);
      status = 206;
    }
    exchange.sendResponseHeaders(status, body.length);
    OutputStream out = exchange.getResponseBody();
    int half = body.length / 2;
    out.write(body, 0, half);
    out.flush();
    if (answer.late) {
      Thread.sleep(answer.delayMillis);
    }
    if (!answer.broken) {
      out.write(body, half, body.length - half);
    }
  }

  /** Lines, each of which says when the content was made. */
  private static byte[] body(Answer answer) {
    String line = answer.made + " " + answer.page + "\n";
    return line.repeat(answer.page.bytes() / line.length()).getBytes(StandardCharsets.US_ASCII);
  }
}
