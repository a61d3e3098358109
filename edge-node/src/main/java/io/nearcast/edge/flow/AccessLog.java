package io.nearcast.edge.flow;

import io.nearcast.config.launch.StartFailure;
import io.nearcast.config.model.Coding;
import io.nearcast.edge.http.Request;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Reason;
import java.io.IOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access log: one line per request in the combined format, with the host, what became of it,
 * how long it took and the content coding that was sent behind it. Where the response was not
 * stored, why not stands behind a slash, as in {@code uri-miss/no-store}.
 *
 * <pre>{@code
 * 192.0.2.7 - - [21/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8" www.a.test fresh 0.000213 br
 * }</pre>
 *
 * <p>Entries are handed over through a bounded queue and written by one thread in batches; an event
 * loop never waits, and entries that find the queue full are dropped and counted.
 */
public final class AccessLog implements AutoCloseable {
  /** The status of a request whose client went away before it was answered, as nginx has it. */
  static final int CLIENT_GONE = 499;

  private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
  static final int QUEUE_MAX = 16 * 1024;
  private static final int BATCH_MAX = 1_024;

  /** How soon the thread sees that the log was closed, where nothing comes any more. */
  private static final long CLOSE_MILLIS = 100;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

  /**
   * One request that was answered.
   *
   * @param sent the fields of the answer, as far as they are kept
   * @param coding in which this node sent the body, null where as it came
   */
  record Entry(
      long atMillis,
      InetSocketAddress client,
      Request request,
      int status,
      long bodyBytes,
      Outcome outcome,
      long tookNanos,
      Fields sent,
      @Nullable Coding coding) {}

  private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final LongAdder dropped = new LongAdder();
  private final @Nullable Writer out;
  private final @Nullable Thread thread;
  private volatile boolean closed;

  AccessLog(@Nullable Writer out) {
    this.out = out;
    this.thread = out == null ? null : Thread.ofPlatform().name("access-log").start(this::write);
  }

  /** A log that keeps nothing. */
  public static AccessLog none() {
    return new AccessLog(null);
  }

  /**
   * A log that appends to a file.
   *
   * @throws StartFailure if the file cannot be written
   */
  public static AccessLog to(Path file) {
    try {
      return new AccessLog(
          Files.newBufferedWriter(
              file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw new StartFailure(
          file + " cannot be written (" + e + "): name another file with --access-log", e);
    }
  }

  /** How many entries were dropped because the queue was full or the file could not be written. */
  public long dropped() {
    return dropped.sum();
  }

  void add(Entry entry) {
    if (out != null && !queue.offer(entry)) {
      dropped.increment();
    }
  }

  private void write() {
    List<Entry> batch = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    boolean failing = false;
    while (!closed || !queue.isEmpty()) {
      batch.clear();
      try {
        // Waits for a while only: an interrupt in a write would close the file.
        Entry first = queue.poll(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        batch.add(first);
        queue.drainTo(batch, BATCH_MAX - 1);
      } catch (InterruptedException e) {
        closed = true;
        continue;
      }
      lines.setLength(0);
      batch.forEach(entry -> format(lines, entry));
      failing = !append(lines, batch.size(), failing);
    }
  }

  private boolean append(CharSequence lines, int entries, boolean failedBefore) {
    Writer writer = java.util.Objects.requireNonNull(out);
    try {
      writer.append(lines);
      writer.flush();
      return true;
    } catch (IOException e) {
      dropped.add(entries);
      if (!failedBefore) {
        log.warn("the access log cannot be written, entries are dropped: {}", e.toString());
      }
      return false;
    }
  }

  private static void format(StringBuilder line, Entry entry) {
    var head = entry.request().head();
    line.append(entry.client().getAddress().getHostAddress()).append(" - - [");
    TIME.formatTo(Instant.ofEpochMilli(entry.atMillis()), line);
    line.append("] \"").append(head.method()).append(' ');
    quoted(line, head.target());
    line.append(entry.request().http10() ? " HTTP/1.0\" " : " HTTP/1.1\" ");
    line.append(entry.status()).append(' ').append(entry.bodyBytes()).append(" \"");
    quoted(line, orDash(head.fields().first("Referer")));
    line.append("\" \"");
    quoted(line, orDash(head.fields().first("User-Agent")));
    line.append("\" ").append(head.host().isEmpty() ? "-" : head.host()).append(' ');
    line.append(entry.outcome().reason().token());
    Reason notStored = entry.outcome().notStored();
    if (notStored != null) {
      line.append('/').append(notStored.token());
    }
    line.append(' ');
    long micros = entry.tookNanos() / 1_000;
    line.append(micros / 1_000_000).append('.');
    String fraction = String.valueOf(micros % 1_000_000);
    line.repeat('0', 6 - fraction.length()).append(fraction).append(' ');
    Coding coding = entry.coding();
    String coded = coding == null ? entry.sent().combined("Content-Encoding") : coding.token();
    // One column, whatever an origin says.
    quoted(line, orDash(coded).replace(" ", ""));
    line.append('\n');
  }

  private static String orDash(@Nullable String value) {
    return value == null ? "-" : value;
  }

  /** Nothing that a client sends may end the quotes or the line. */
  private static void quoted(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c < ' ' || c > '~') {
        line.append(String.format(Locale.ROOT, "\\x%02X", (int) c));
      } else {
        line.append(c);
      }
    }
  }

  /** Writes what is queued, then ends. */
  @Override
  public void close() {
    if (thread == null || out == null) {
      return;
    }
    closed = true;
    try {
      thread.join(5_000);
      out.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("the access log could not be closed: {}", e.toString());
    }
  }
}
