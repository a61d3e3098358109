package io.nearcast.edge.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What an origin has at a path: immutable; a change of content is another page with the next
 * version.
 *
 * @param version counts the changes of content at the path
 * @param status of answers to GET and HEAD
 * @param lines fields beside those that follow from the rest
 * @param vary the request fields that the content depends on
 * @param etag what kind of entity tag it has
 * @param modifiedMillis when it says it was changed last, or -1 where it does not say
 * @param dateSkewSeconds how far the origin's clock is off, or {@link #NO_DATE}
 * @param bytes how long its content is, at least
 * @param chunked whether the length is not stated
 * @param ranges whether the origin itself answers ranges
 */
public record Page(
    int version,
    int status,
    List<String> lines,
    List<String> vary,
    Tag etag,
    long modifiedMillis,
    int dateSkewSeconds,
    int bytes,
    boolean chunked,
    boolean ranges) {
  /** A skew that says: no Date at all. */
  public static final int NO_DATE = Integer.MIN_VALUE;

  /** Kinds of entity tags. */
  public enum Tag {
    NONE,
    WEAK,
    STRONG
  }

  /** Copies the lists. */
  public Page {
    lines = List.copyOf(lines);
    vary = List.copyOf(vary);
  }

  /** What is at a path where nothing was said. */
  public static final Page PLAIN =
      new Page(1, 200, List.of(), List.of(), Tag.STRONG, -1, 0, 40, false, false);

  /**
   * This as the next version after another.
   *
   * @param modifiedSecondsAgo when it says that it was changed, or -1
   * @param newestMillis the latest that was ever said, which it is later than
   */
  Page after(Page before, long nowMillis, int modifiedSecondsAgo, long newestMillis) {
    long modified = nowMillis - 1_000L * modifiedSecondsAgo;
    return new Page(
        before.version + 1,
        status,
        lines,
        vary,
        etag,
        modifiedSecondsAgo < 0 ? -1 : Math.max(modified, newestMillis + 1_000),
        dateSkewSeconds,
        bytes,
        chunked,
        ranges);
  }

  /** The same content under other fields. */
  Page restyled(List<String> other) {
    return new Page(
        version,
        status,
        other,
        vary,
        etag,
        modifiedMillis,
        dateSkewSeconds,
        bytes,
        chunked,
        ranges);
  }

  /** The next version of the content. */
  public Page next(long modified) {
    return new Page(
        version + 1,
        status,
        lines,
        vary,
        etag,
        modifiedMillis < 0 ? -1 : Math.max(modified, modifiedMillis + 1_000),
        dateSkewSeconds,
        bytes,
        chunked,
        ranges);
  }

  /** The representation that the origin selects for a request. */
  public String variant(Head request) {
    List<String> chosen = new ArrayList<>();
    for (String name : vary) {
      switch (name) {
        case "Accept-Language" -> chosen.add(Negotiation.language(request));
        case "Accept-Encoding" -> chosen.add(Negotiation.coding(request));
        case "*" -> chosen.add("any");
        default -> chosen.add(Objects.requireNonNullElse(request.first(name), "none"));
      }
    }
    return String.join(".", chosen);
  }

  /** The entity tag of a representation, or null. */
  public @org.jspecify.annotations.Nullable String tag(String variant) {
    String opaque = "\"v" + version + '.' + variant + '"';
    return switch (etag) {
      case NONE -> null;
      case WEAK -> "W/" + opaque;
      case STRONG -> opaque;
    };
  }

  /** The content of a representation: every few bytes say whose they are. */
  public byte[] content(String path, String variant) {
    if (status == 204) {
      return new byte[0];
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < bytes; i++) {
      text.append(i)
          .append('v')
          .append(version)
          .append(variant)
          .append(path.charAt(path.length() - 1));
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
