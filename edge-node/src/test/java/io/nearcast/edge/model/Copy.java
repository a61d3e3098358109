package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a cache may hold: an answer of the origin, with the headers that later answers gave it.
 *
 * @param base where status and content are from
 * @param last the answer that updated it last, else the base
 * @param head the fields, merged
 * @param before what it was before the last update, null for the base itself
 */
record Copy(Visit base, Visit last, Head head, @Nullable Copy before) {
  /** Never updated (RFC 9111 section 3.2 and docs/caching.md). */
  private static final Set<String> KEPT =
      Set.of("content-length", "content-encoding", "content-range", "content-md5", "etag");

  static Copy of(Visit visit) {
    Head head = visit.head().without("Content-Range");
    return new Copy(visit, visit, head, null);
  }

  /** RFC 9111 sections 3.2, 4.3.4 and 4.3.5: after a 304 or an answer to HEAD. */
  Copy updated(Visit by) {
    List<Head.Field> merged = new ArrayList<>();
    Set<String> given = by.head().names();
    for (Head.Field field : head.fields()) {
      String name = field.name().toLowerCase(java.util.Locale.ROOT);
      // An update without Date or Age counts from when it came.
      boolean replaced =
          (given.contains(name) && !KEPT.contains(name))
              || name.equals("age")
              || name.equals("date");
      if (!replaced) {
        merged.add(field);
      }
    }
    for (Head.Field field : by.head().fields()) {
      if (!KEPT.contains(field.name().toLowerCase(java.util.Locale.ROOT))) {
        merged.add(field);
      }
    }
    return new Copy(base, by, new Head(merged), this);
  }

  /** Of the whole representation, also where only a part of it came. */
  int status() {
    return base.status() == 206 ? 200 : base.status();
  }

  /** RFC 9111 section 4.1; what a 304 was asked for, it has confirmed the response for. */
  boolean isFor(Head request) {
    return answered(head, request);
  }

  private boolean answered(Head selecting, Head request) {
    boolean asked = last.status() == 304 || before == null;
    return (asked && Negotiation.matches(selecting, last.request(), request))
        || (before != null && before.answered(selecting, request));
  }

  boolean updated() {
    return base.serial() != last.serial();
  }

  /** The fields that no-cache and private name, in lower case. */
  Set<String> withheld() {
    Set<String> names = new HashSet<>(control().fields("no-cache"));
    names.addAll(control().fields("private"));
    return names;
  }

  /** The same of all answers that it is made of: such a field may never have been stored. */
  Set<String> everWithheld() {
    Set<String> names = withheld();
    if (before != null) {
      names.addAll(of(last).withheld());
      names.addAll(before.everWithheld());
    }
    return names;
  }

  Control control() {
    return Control.ofResponse(head);
  }

  /**
   * RFC 9111 section 4.3.4: whether a 304 to a request with these conditions can be about it, which
   * could have been chosen for the request.
   */
  boolean selectedBy(Visit notModified) {
    if (!isFor(notModified.request())) {
      return false;
    }
    String tags = notModified.request().all("If-None-Match");
    String tag = head.first("ETag");
    if (tags != null) {
      return tag != null && Conditional.anyMatches(tags, tag);
    }
    String since = notModified.request().first("If-Modified-Since");
    return since != null
        && (since.equals(head.first("Last-Modified")) || since.equals(head.first("Date")));
  }

  /**
   * RFC 9111 section 4.3.5: whether an answer to HEAD may update it, for which "matching values for
   * any received validator fields" are enough, so that an answer without any may.
   */
  boolean describedBy(Visit toHead) {
    return toHead.status() == base.status()
        && matchesIfReceived(toHead, "ETag")
        && matchesIfReceived(toHead, "Last-Modified");
  }

  private boolean matchesIfReceived(Visit toHead, String validator) {
    String received = toHead.head().first(validator);
    return received == null || received.equals(head.first(validator));
  }

  /** Whether a part of it may be kept, to be completed with others of the same strong validator. */
  boolean partial() {
    String tag = head.first("ETag");
    boolean strong = tag == null ? head.has("Last-Modified") : !tag.startsWith("W/");
    return base.complete() || strong;
  }

  @Override
  public String toString() {
    return "#" + base.serial() + (updated() ? " updated by #" + last.serial() : "");
  }
}
