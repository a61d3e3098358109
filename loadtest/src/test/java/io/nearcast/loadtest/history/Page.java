package io.nearcast.loadtest.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One object of the origin.
 *
 * @param service the service that it belongs to, whose only host is {@link #host()}
 * @param path path without query
 * @param tags what it is tagged with
 * @param kind how it may be cached, and how the origin answers
 * @param checked whether it has a validator, so that the origin may answer 304
 */
record Page(String service, String path, Set<String> tags, Kind kind, boolean checked) {

  /** What is particular about an object. */
  enum Kind {
    /** Fresh for long. */
    LASTING("max-age=600"),
    /** Fresh for so short that it is asked for, or validated, all the time. */
    BRIEF("max-age=1"),
    /** Soon stale, and may be served so. */
    STALE("max-age=1, stale-while-revalidate=600, stale-if-error=600"),
    /** Fresh for long, and so large that it is fetched and stored in slices. */
    LARGE("max-age=600"),
    /** Fresh for long, and the origin takes its time, so that purges come while it is fetched. */
    SLOW("max-age=600");

    final String cacheControl;

    Kind(String cacheControl) {
      this.cacheControl = cacheControl;
    }
  }

  private static final int PAGES_OF_EACH_KIND = 6;

  /** Copies the tags. */
  Page {
    tags = Set.copyOf(tags);
  }

  /** About how long its body is. */
  int bytes() {
    return kind == Kind.LARGE ? 1_200_000 : 2_000;
  }

  /** The host that it is asked for at. */
  String host() {
    return "www." + service + ".test";
  }

  /** What clients ask for, without the edge's address; also the name by which purges know it. */
  String url() {
    return "http://" + host() + path;
  }

  /** The pages of a service: of each kind some, half of them with a validator, with tags. */
  static List<Page> of(String service) {
    List<Page> pages = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      boolean large = kind == Kind.LARGE;
      for (int i = 0; i < (large ? 1 : PAGES_OF_EACH_KIND); i++) {
        String path = "/" + kind.name().toLowerCase(java.util.Locale.ROOT) + "/" + i;
        pages.add(
            new Page(service, path, Set.of("third-" + i % 3, "half-" + i / 3), kind, i % 2 == 0));
      }
    }
    return pages;
  }

  @Override
  public String toString() {
    return url();
  }
}
