package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes histories, the same from the same seed. */
public final class Generator {
  /** What paths histories are about. */
  static final List<String> PATHS = List.of("/a", "/b");

  private static final List<Integer> SECONDS = List.of(0, 1, 5, 10, 60, 600);
  private static final List<String> LANGUAGES =
      List.of("en", "de", "DE", "de, en;q=0.5", "en;q=0.5, de", "fr;q=0.9, en;q=0.8", "fr", "*");
  private static final List<String> CODINGS =
      List.of("gzip", "gzip, br", "br;q=0.5, gzip", "identity", "gzip;q=0");
  private static final List<String> RANGES =
      List.of(
          "bytes=0-4",
          "bytes=3-9",
          "bytes=5-",
          "bytes=-6",
          "bytes=0-0",
          "bytes=30-300",
          "bytes=0-3,10-14",
          "bytes=1-2,8-12,-3",
          "bytes=500-",
          "bytes=5-2",
          "lines=1-2");
  private static final List<String> ODD_CONTROL =
      List.of(
          "max-age=\"60\"",
          "max-age=x",
          "max-age=-5",
          "max-age=99999999999999",
          "MAX-AGE=60",
          "max-age=60, max-age=5",
          "max-age=5, max-age=60",
          "max-age",
          ",, max-age=60",
          "foo=\"a, no-store\", max-age=60",
          "max-age=60, bar",
          "max-age=1.5",
          "max-age=60, s-maxage=0",
          "no-store, max-age=60",
          "no-cache, max-age=60");
  private static final List<String> EXTRAS =
      List.of(
          "public",
          "private",
          "no-store",
          "no-cache",
          "no-cache=\"X-Secret\"",
          "private=\"X-Secret\"",
          "must-revalidate",
          "proxy-revalidate",
          "immutable",
          "must-understand",
          "no-transform",
          "public");
  private static final List<String> CDN_CONTROL =
      List.of(
          "max-age=60",
          "max-age=5",
          "no-store",
          "private",
          "no-cache",
          "s-maxage=60, max-age=1",
          "max-age=5, stale-while-revalidate=60",
          "max-age=10, must-revalidate",
          "max-age=60, foo=\"bar\"",
          "Max-Age=60",
          "max-age=60,",
          "max-age = 60",
          "&",
          "");
  private static final List<Integer> STATUSES =
      List.of(203, 204, 301, 302, 307, 404, 410, 500, 501, 503, 403, 599);
  private static final List<String> CLIENT_CONTROL =
      List.of(
          "no-cache",
          "no-store",
          "max-age=0",
          "max-age=5",
          "min-fresh=10",
          "max-stale",
          "max-stale=10",
          "only-if-cached",
          "only-if-cached",
          "only-if-cached");
  private static final List<Failure> FAILURES =
      List.of(
          Failure.REFUSED,
          Failure.RESET,
          Failure.CUT,
          Failure.E500,
          Failure.E502,
          Failure.E503,
          Failure.E504,
          Failure.WRONG_304);

  private final Random random;
  private int queries;
  private boolean honoursClients;

  private Generator(long seed) {
    random = new Random(seed);
  }

  /**
   * A history.
   *
   * @param pair whether it is for an edge behind a shield
   */
  public static History history(long seed, boolean pair) {
    return new Generator(seed).make(seed, pair);
  }

  private History make(long seed, boolean pair) {
    honoursClients = chance(20);
    Tiers tiers = new Tiers(pair, pair ? skew() : 0, pair ? skew() : 0, honoursClients);
    List<Step> steps = new ArrayList<>();
    PATHS.forEach(path -> steps.add(publish(path)));
    int length = 8 + random.nextInt(16);
    while (steps.size() < length) {
      int kind = random.nextInt(100);
      if (kind < 24) {
        steps.add(new Step.Advance(one(List.of(1, 4, 5, 6, 10, 30, 61, 100, 700, 5_000))));
      } else if (kind < 29) {
        steps.add(publish(one(PATHS)));
      } else if (kind < 38) {
        steps.add(new Step.Change(one(PATHS)));
      } else if (kind < 44) {
        steps.add(new Step.Restyle(one(PATHS), lines()));
      } else {
        steps.add(ask());
      }
    }
    return new History(seed, tiers, steps);
  }

  private int skew() {
    return one(List.of(0, 0, -20, 3, 50));
  }

  private Step ask() {
    Failure failure = chance(15) ? one(FAILURES) : Failure.NONE;
    if (chance(8)) {
      String path = one(PATHS);
      return new Step.Ask(List.of(get(path), get(path)), Failure.NONE, 0);
    }
    Query query = chance(10) ? unsafe() : chance(9) ? query("HEAD", one(PATHS)) : get(one(PATHS));
    boolean delayed = failure == Failure.NONE && chance(8);
    return new Step.Ask(List.of(query), failure, delayed ? one(List.of(1, 3, 20)) : 0);
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    lifetime(lines);
    if (chance(10)) {
      lines.add("Age: " + one(List.of("0", "3", "30", "x", "4, 50")));
    }
    if (chance(8)) {
      lines.add("Set-Cookie: a=1");
    }
    if (chance(40)) {
      lines.add("X-Secret: s" + random.nextInt(100));
    }
    if (chance(20)) {
      // Nothing that a tier compresses.
      lines.add("Content-Type: image/png");
    }
    return lines;
  }

  private Step.Publish publish(String path) {
    int status = chance(80) ? 200 : one(STATUSES);
    Page template =
        new Page(
            0,
            status,
            lines(),
            vary(),
            one(List.of(Page.Tag.STRONG, Page.Tag.STRONG, Page.Tag.WEAK, Page.Tag.NONE)),
            -1,
            chance(70) ? 0 : one(List.of(-30, 30, -5, Page.NO_DATE)),
            20 + random.nextInt(60),
            chance(30),
            chance(40));
    return new Step.Publish(
        path, template, chance(55) ? one(List.of(10, 100, 2_000, 1_000_000)) : -1);
  }

  private List<String> vary() {
    List<String> vary = new ArrayList<>();
    if (chance(40)) {
      for (String name : List.of("Accept-Language", "Accept-Encoding", "X-Kind")) {
        if (chance(45)) {
          vary.add(name);
        }
      }
      if (chance(4)) {
        vary.add("*");
      }
    }
    return vary;
  }

  private void lifetime(List<String> lines) {
    List<String> control = new ArrayList<>();
    switch (random.nextInt(10)) {
      case 0 -> {}
      case 1 ->
          lines.add("Expires: " + one(List.of("in 0", "in 10", "in 60", "in -60", "0", "never")));
      case 2 -> control.add("s-maxage=" + one(SECONDS));
      case 3 -> {
        control.add("max-age=" + one(SECONDS));
        control.add("s-maxage=" + one(SECONDS));
      }
      case 4 -> control.add(one(ODD_CONTROL));
      default -> control.add("max-age=" + one(SECONDS));
    }
    if (chance(35)) {
      control.add(one(EXTRAS));
    }
    if (chance(25)) {
      control.add("stale-while-revalidate=" + one(List.of(5, 60)));
    }
    if (chance(25)) {
      control.add("stale-if-error=" + one(List.of(5, 600)));
    }
    if (chance(30) && control.size() > 1) {
      control.forEach(directive -> lines.add("Cache-Control: " + directive));
    } else if (!control.isEmpty()) {
      lines.add("Cache-Control: " + String.join(", ", control));
    }
    if (chance(12)) {
      lines.add("CDN-Cache-Control: " + one(CDN_CONTROL));
    }
  }

  private Query get(String path) {
    return query("GET", path);
  }

  private Query query(String method, String path) {
    List<String> lines = new ArrayList<>();
    if (chance(70)) {
      lines.add("Accept-Language: " + one(LANGUAGES));
    }
    if (chance(40)) {
      lines.add("Accept-Encoding: " + one(CODINGS));
    }
    if (chance(40)) {
      lines.add("X-Kind: " + one(List.of("k", "l")));
    }
    if (chance(7)) {
      lines.add("Authorization: Basic eDp5");
    }
    if (chance(18)) {
      lines.add(condition());
    }
    if (chance(18)) {
      lines.add("Range: " + one(RANGES));
      if (chance(35)) {
        lines.add(
            "If-Range: "
                + one(List.of("{last ETag}", "{first ETag}", "{last Last-Modified}", "\"x\"")));
      }
    }
    if (chance(honoursClients ? 45 : 12)) {
      lines.add("Cache-Control: " + one(CLIENT_CONTROL));
    } else if (chance(2)) {
      lines.add("Pragma: no-cache");
    }
    if (chance(2)) {
      lines.add("If-Match: \"x\"");
    }
    return new Query("q" + ++queries, method, path, Head.of(lines));
  }

  private String condition() {
    return one(
        List.of(
            "If-None-Match: {last ETag}",
            "If-None-Match: {first ETag}",
            "If-None-Match: W/{last ETag}",
            "If-None-Match: \"x\", {last ETag}",
            "If-None-Match: *",
            "If-None-Match: \"x\"",
            "If-Modified-Since: {last Last-Modified}",
            "If-Modified-Since: {first Last-Modified}",
            "If-Modified-Since: {last Date}",
            "If-Modified-Since: yesterday"));
  }

  private Query unsafe() {
    List<String> lines = new ArrayList<>();
    lines.add("X-Want: " + one(List.of("200", "200", "201", "204", "303", "400", "500")));
    String path = one(PATHS);
    if (chance(25)) {
      lines.add("X-Want-Location: {path}" + one(PATHS));
    }
    boolean reusable = chance(20);
    if (reusable || chance(25)) {
      lines.add("X-Want-Content-Location: {path}" + (reusable ? path : one(PATHS)));
    }
    if (reusable || chance(20)) {
      lines.add("X-Want-Cache-Control: max-age=60");
    }
    String method = one(List.of("POST", "POST", "PUT", "DELETE", "PATCH"));
    return new Query("q" + ++queries, method, path, Head.of(lines));
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
