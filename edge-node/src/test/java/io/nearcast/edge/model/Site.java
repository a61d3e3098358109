package io.nearcast.edge.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An origin that does what RFC 9110 asks of origins, except for the failure that a step orders, and
 * that remembers each visit. Every answer has its own number in {@link #SERIAL}, so that it is seen
 * where a cache has a head from. Guarded by itself.
 */
public final class Site {
  /** The field with the number of an answer. */
  public static final String SERIAL = "X-Serial";

  /** The field with the id of a client's request. */
  public static final String ID = "X-Id";

  private final Map<String, Page> pages = new HashMap<>();
  private final List<Visit> visits = new ArrayList<>();
  private final Clock clock;
  private int step;
  private Failure failure = Failure.NONE;
  private int delaySeconds;

  /**
   * @param clock the true time, which a slow answer moves on
   */
  public Site(Clock clock) {
    this.clock = clock;
  }

  /** The true time. */
  public Clock clock() {
    return clock;
  }

  /** What goes wrong, and how long answers take, in the step that begins. */
  public synchronized void begin(int newStep, Failure newFailure, int newDelaySeconds) {
    step = newStep;
    failure = newFailure;
    delaySeconds = newDelaySeconds;
  }

  /** What goes wrong now. */
  public synchronized Failure failure() {
    return failure;
  }

  /** Puts content at a path. */
  public synchronized void publish(String path, Page page) {
    pages.put(path, page);
  }

  /** What is at a path. */
  public synchronized Page page(String path) {
    return pages.getOrDefault(path, Page.PLAIN);
  }

  /** All visits so far. */
  public synchronized List<Visit> visits() {
    return List.copyOf(visits);
  }

  /**
   * Answers; null where the connection is to end without an answer.
   *
   * @param byShield which tier asks
   */
  public synchronized @Nullable Visit visit(
      String method, String path, Head request, boolean byShield) {
    long asked = clock.now();
    if (delaySeconds > 0) {
      clock.advance(delaySeconds);
    }
    Answer answer = answer(method, path, request);
    Page page = page(path);
    int serial = visits.size() + 1;
    Head head =
        answer.status == 0 ? Head.EMPTY : dated(answer.head, page).plus(SERIAL, "" + serial);
    boolean cut = failure == Failure.CUT && answer.body.length > 1 && !method.equals("HEAD");
    byte[] body =
        cut
            ? Arrays.copyOf(answer.body, answer.body.length / 2)
            : method.equals("HEAD") ? new byte[0] : answer.body;
    Visit visit =
        new Visit(
            serial,
            step,
            request.first(ID),
            method,
            path,
            request,
            byShield,
            page,
            page.variant(request),
            answer.status,
            head,
            body,
            answer.body.length,
            !cut && answer.status != 0,
            asked,
            clock.now());
    visits.add(visit);
    return answer.status == 0 ? null : visit;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(int status, Head head, byte[] body) {}

  private Answer answer(String method, String path, Head request) {
    if (failure == Failure.RESET || failure == Failure.REFUSED) {
      return new Answer(0, Head.EMPTY, new byte[0]);
    }
    if (failure.status >= 500) {
      return new Answer(failure.status, Head.EMPTY, bytes("out of order"));
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return unsafe(method, path, request);
    }
    Page page = page(path);
    String variant = page.variant(request);
    Head head = describe(page, variant);
    if (failure == Failure.WRONG_304) {
      return new Answer(
          304,
          page.etag() == Page.Tag.NONE ? head : head.without("ETag").plus("ETag", "\"other\""),
          new byte[0]);
    }
    byte[] content = page.content(path, variant);
    if (page.status() / 100 == 2 && Conditional.notModified(request, head)) {
      return new Answer(304, head, new byte[0]);
    }
    if (page.ranges() && page.status() == 200 && method.equals("GET")) {
      Ranges ranges = Ranges.of(request, content.length);
      if (ranges.kind() == Ranges.Kind.SINGLE && Conditional.ifRange(request, head)) {
        int first = ranges.parts().getFirst().first();
        int last = ranges.parts().getFirst().last();
        return new Answer(
            206,
            head.plus("Content-Range", "bytes " + first + '-' + last + '/' + content.length),
            Arrays.copyOfRange(content, first, last + 1));
      }
    }
    return new Answer(page.status(), head, content);
  }

  /** A change of content, and an answer that may name other paths that it has changed. */
  private Answer unsafe(String method, String path, Head request) {
    int status = Integer.parseInt(Objects.requireNonNullElse(request.first("X-Want"), "200"));
    List<String> lines = new ArrayList<>();
    for (String name : List.of("Location", "Content-Location", "Cache-Control")) {
      String wanted = request.first("X-Want-" + name);
      if (wanted != null) {
        lines.add(name + ": " + wanted);
      }
    }
    if (status < 400) {
      for (String changed : new TreeSet<>(List.of(path, location(request, path)))) {
        pages.put(changed, page(changed).next(clock.now()));
      }
    }
    return new Answer(
        status, Head.of(lines), status == 204 ? new byte[0] : bytes(method + " done"));
  }

  private static String location(Head request, String otherwise) {
    return Objects.requireNonNullElse(request.first("X-Want-Location"), otherwise);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Head describe(Page page, String variant) {
    Head head = Head.of(page.lines());
    String tag = page.tag(variant);
    if (tag != null) {
      head = head.plus("ETag", tag);
    }
    if (page.modifiedMillis() >= 0) {
      head = head.plus("Last-Modified", Head.date(page.modifiedMillis()));
    }
    for (String name : page.vary()) {
      head = head.plus("Vary", name);
    }
    if (page.vary().contains("Accept-Language")) {
      head = head.plus("Content-Language", language(variant));
    }
    if (page.vary().contains("Accept-Encoding") && variant.contains("gzip")) {
      head = head.plus("Content-Encoding", "gzip");
    }
    return head;
  }

  private static String language(String variant) {
    return List.of(variant.split("\\.", -1)).stream()
        .filter(part -> List.of("en", "de", "fr").contains(part))
        .findFirst()
        .orElse("en");
  }

  private Head dated(Head head, Page page) {
    Head all = head;
    if (page.dateSkewSeconds() != Page.NO_DATE) {
      all = all.plus("Date", Head.date(clock.now() + page.dateSkewSeconds() * 1_000L));
    }
    // What is written as a distance is a date from now.
    String expires = all.first("Expires");
    if (expires != null && expires.startsWith("in ")) {
      long at = clock.now() + Math.max(-1_000_000, Integer.parseInt(expires.substring(3))) * 1_000L;
      all = all.without("Expires").plus("Expires", Head.date(at));
    }
    return all;
  }
}
