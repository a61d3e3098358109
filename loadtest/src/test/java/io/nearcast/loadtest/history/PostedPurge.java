package io.nearcast.loadtest.history;

import io.nearcast.config.feed.Selector;
import java.util.List;

/**
 * A purge that was accepted. Times are of {@link System#nanoTime} in the test's process.
 *
 * @param id as the control plane calls it
 * @param service whose pages it is about
 * @param soft whether what it hits becomes stale only, about which nothing is promised
 * @param selectors what it is about
 * @param floor the origin's counter just before it was posted: what has this stamp or a lower one
 *     was surely produced before it was accepted
 * @param sentNanos when it was posted
 * @param acceptedNanos when its 2xx had come
 * @param completeNanos when it was first seen to be complete, {@link #NEVER} if it was not
 */
record PostedPurge(
    String id,
    String service,
    boolean soft,
    List<Selector> selectors,
    long floor,
    long sentNanos,
    long acceptedNanos,
    long completeNanos) {

  /** Not seen complete. */
  static final long NEVER = Long.MAX_VALUE;

  /** Copies the list. */
  PostedPurge {
    selectors = List.copyOf(selectors);
  }

  /** Whether it was seen to be complete. */
  boolean complete() {
    return completeNanos != NEVER;
  }

  /** This, seen complete at a time. */
  PostedPurge completeAt(long nanos) {
    return new PostedPurge(id, service, soft, selectors, floor, sentNanos, acceptedNanos, nanos);
  }

  /** Whether it is about a page. */
  boolean matches(Page page) {
    return service.equals(page.service())
        && selectors.stream()
            .anyMatch(selector ->
                switch (selector) {
                  case Selector.Url(String host, String target) ->
                      host.equals(page.host()) && target.equals(page.path());
                  case Selector.Tag(String tag) -> page.tags().contains(tag);
                  case Selector.Prefix(String host, String target) ->
                      host.equals(page.host()) && page.path().startsWith(target);
                  case Selector.Host(String host) -> host.equals(page.host());
                  case Selector.Everything() -> true;
                });
  }
}
