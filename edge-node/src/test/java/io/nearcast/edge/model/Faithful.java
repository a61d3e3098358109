package io.nearcast.edge.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a reply shows a copy as it is: status, fields, content, parts of it, or a right 304. */
final class Faithful {
  /** What caches write themselves, take away, or may leave out. */
  private static final Set<String> OWN =
      Set.of(
          "age",
          "date",
          "connection",
          "keep-alive",
          "via",
          "cache-status",
          "content-length",
          "transfer-encoding",
          "content-range",
          "accept-ranges",
          "cdn-cache-control");

  /** RFC 9110 section 15.4.5: what a 304 has if the 200 would have it. */
  private static final Set<String> IN_304 =
      Set.of("cache-control", "content-location", "etag", "expires", "vary");

  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]+)-([0-9]+)/([0-9]+)");

  /** How a copy comes to be used. */
  enum Use {
    /** Fetched for this request. */
    FETCHED,
    /** Stored before and validated for this request. */
    VALIDATED,
    /** From the store without a question. */
    STORED
  }

  private final Freshness freshness;

  Faithful(Tiers tiers) {
    this.freshness = new Freshness(tiers);
  }

  List<Violation> check(Copy copy, Query query, Reply reply, Use use, Moment moment) {
    List<Violation> found = new ArrayList<>();
    fields(copy, reply, use, found);
    age(copy, reply, use, moment, found);
    if (!copy.base().variant().equals(copy.base().page().variant(query.head()))
        && copy.status() / 100 == 2
        && copy.base().method().equals("GET")) {
      found.add(new Violation("RFC 9110 section 12.5.5", "another representation than asked for"));
    }
    boolean conditions = query.safe() && copy.status() / 100 == 2;
    boolean unchanged = conditions && Conditional.notModified(query.head(), copy.head());
    boolean undecided = conditions && Conditional.undecided(query.head(), copy.head());
    if (reply.status() == 304) {
      if (!unchanged && !undecided) {
        found.add(new Violation("RFC 9110 section 13.1", "304 for what the client does not have"));
      }
      return found;
    }
    // What a tier only hands on, as it does to Authorization or no-store, it need not compare.
    boolean handedOn =
        query.head().has("Range")
            || query.head().has("Authorization")
            || Control.ofRequest(query.head()).has("no-store");
    if (unchanged && copy.status() == 200 && !handedOn) {
      found.add(new Violation("RFC 9111 section 4.3.2", "sent what the client says it has"));
    }
    content(copy, query, reply, found);
    return found;
  }

  private static void fields(Copy copy, Reply reply, Use use, List<Violation> found) {
    Set<String> withheld = new HashSet<>(copy.withheld());
    Set<String> everNamed = copy.everWithheld();
    Set<String> all = copy.head().names();
    all.addAll(reply.head().names());
    for (String name : all) {
      String expected = copy.head().all(name);
      String actual = reply.head().all(name);
      // Section 3.2 leaves open whether a 304 changes Content-Type.
      boolean anyType = reply.status() == 206 || copy.updated();
      // An entity tag may be added to what has none, though section 4.3.4 reads as if not.
      boolean added = name.equals("etag") && copy.updated() && !copy.head().has("ETag");
      boolean older = added || (everNamed.contains(name) && !withheld.contains(name));
      if (OWN.contains(name) || older || (anyType && name.equals("content-type"))) {
        continue;
      }
      if (withheld.contains(name) && (use != Use.STORED || actual == null)) {
        continue;
      }
      if (withheld.contains(name)) {
        found.add(new Violation("RFC 9111 sections 5.2.2.4 and 5.2.2.7", name + " was stored"));
      } else if (actual == null
          ? reply.status() != 304 || IN_304.contains(name)
          : !same(actual, expected)) {
        if (reply.status() != 416) {
          found.add(
              new Violation(
                  "RFC 9111 section 3.2",
                  name + " is '" + actual + "' where '" + expected + "' is right"));
        }
      }
    }
    Long date = copy.head().date("Date");
    if (date != null && reply.status() != 416 && !date.equals(reply.head().date("Date"))) {
      found.add(new Violation("RFC 9110 section 6.6.1", "Date is not the one of the response"));
    }
  }

  private static boolean same(String actual, @org.jspecify.annotations.Nullable String expected) {
    return expected != null && squeezed(actual).equals(squeezed(expected));
  }

  private static String squeezed(String list) {
    return list.replaceAll("\\s*,\\s*", ",").strip();
  }

  private void age(Copy copy, Reply reply, Use use, Moment moment, List<Violation> found) {
    String age = reply.head().first("Age");
    if (age == null) {
      boolean justCame = copy.last().step() == moment.step();
      if (use == Use.STORED && !justCame && reply.status() / 100 == 2) {
        found.add(new Violation("RFC 9111 section 5.1", "no Age, though from the store"));
      }
      return;
    }
    if (use == Use.FETCHED) {
      return;
    }
    long least = freshness.age(copy, Math.max(moment.nowMillis(), least(copy)));
    // Each tier also counts the time that its own question took, even for what is older.
    long tookSeconds = (moment.endMillis() - moment.nowMillis()) / 1_000;
    long most = freshness.ageMax(copy, moment.endMillis()) + tookSeconds;
    long said = age.matches("[0-9]{1,12}") ? Long.parseLong(age) : -1;
    if (said < least || said > most) {
      found.add(
          new Violation(
              "RFC 9111 section 4.2.3", "Age is " + age + ", it is " + least + " to " + most));
    }
  }

  private static long least(Copy copy) {
    return copy.last().answeredMillis();
  }

  private static void content(Copy copy, Query query, Reply reply, List<Violation> found) {
    byte[] whole = copy.base().content();
    boolean range =
        query.method().equals("GET") && copy.status() == 200 && query.head().has("Range");
    Ranges ranges =
        range ? Ranges.of(query.head(), whole.length) : new Ranges(Ranges.Kind.NONE, List.of());
    boolean holds = Conditional.ifRange(query.head(), copy.head());
    switch (reply.status()) {
      case 206 -> {
        if (ranges.kind() == Ranges.Kind.NONE || ranges.kind() == Ranges.Kind.UNSATISFIABLE) {
          found.add(new Violation("RFC 9110 section 15.3.7", "206 to a request for the whole"));
        } else if (!holds) {
          found.add(new Violation("RFC 9110 section 13.1.5", "206 though If-Range does not hold"));
        } else {
          parts(whole, ranges, reply, found);
        }
      }
      case 416 -> {
        if (ranges.kind() != Ranges.Kind.UNSATISFIABLE || !holds) {
          found.add(new Violation("RFC 9110 section 15.5.17", "416 to what can be satisfied"));
        } else if (!("bytes */" + whole.length).equals(reply.head().first("Content-Range"))) {
          found.add(new Violation("RFC 9110 section 15.5.17", "416 without the length"));
        }
      }
      default -> entire(copy, query, reply, found);
    }
  }

  private static void entire(Copy copy, Query query, Reply reply, List<Violation> found) {
    if (reply.status() != copy.status()) {
      found.add(
          new Violation(
              "RFC 9111 section 4", "status " + reply.status() + ", stored is " + copy.status()));
    }
    byte[] whole = copy.base().content();
    if (query.method().equals("HEAD")) {
      if (reply.body().length > 0) {
        found.add(new Violation("RFC 9110 section 9.3.2", "a body to HEAD"));
      }
    } else if (!reply.complete()) {
      broken(copy, whole, reply, found);
    } else if (!Arrays.equals(whole, reply.body())) {
      found.add(
          new Violation(
              "RFC 9111 section 4",
              "the body is '" + reply.text() + "', it is '" + latin1(whole) + "'"));
    }
  }

  private static void broken(Copy copy, byte[] whole, Reply reply, List<Violation> found) {
    byte[] got = reply.body();
    if (copy.base().complete()) {
      found.add(new Violation("RFC 9112 section 8", "broke off, though the origin did not"));
    } else if (got.length > whole.length || !Arrays.equals(got, Arrays.copyOf(whole, got.length))) {
      found.add(new Violation("RFC 9111 section 4", "the body is '" + reply.text() + "'"));
    }
  }

  private static void parts(byte[] whole, Ranges wanted, Reply reply, List<Violation> found) {
    if (!reply.complete()) {
      // The bytes that came are those of a range; the client sees that there are not all.
      return;
    }
    String type = Objects.requireNonNullElse(reply.head().first("Content-Type"), "");
    boolean[] covered = new boolean[whole.length];
    boolean right;
    if (type.startsWith("multipart/byteranges; boundary=")) {
      right = multipart(whole, type.substring(type.indexOf('=') + 1), reply.text(), covered);
    } else {
      String range = Objects.requireNonNullElse(reply.head().first("Content-Range"), "none");
      right = part(whole, range, reply.text(), covered);
    }
    for (Ranges.Part part : wanted.parts()) {
      for (int i = part.first(); i <= part.last(); i++) {
        right &= covered[i];
      }
    }
    if (!right) {
      found.add(
          new Violation(
              "RFC 9110 section 14",
              "parts "
                  + reply.head().lines()
                  + " '"
                  + reply.text()
                  + "' of '"
                  + latin1(whole)
                  + "'"));
    }
  }

  private static boolean multipart(byte[] whole, String boundary, String text, boolean[] covered) {
    String[] pieces = text.split("(\r\n)?--" + Pattern.quote(boundary), -1);
    boolean right = pieces.length > 2 && pieces[pieces.length - 1].startsWith("--");
    for (int i = 1; right && i < pieces.length - 1; i++) {
      int blank = pieces[i].indexOf("\r\n\r\n");
      String range = "";
      for (String line : pieces[i].substring(0, Math.max(0, blank)).split("\r\n", -1)) {
        if (line.toLowerCase(Locale.ROOT).startsWith("content-range:")) {
          range = line.substring("content-range:".length()).strip();
        }
      }
      right = blank >= 0 && part(whole, range, pieces[i].substring(blank + 4), covered);
    }
    return right;
  }

  private static boolean part(byte[] whole, String contentRange, String text, boolean[] covered) {
    Matcher matcher = CONTENT_RANGE.matcher(contentRange);
    if (!matcher.matches() || Integer.parseInt(matcher.group(3)) != whole.length) {
      return false;
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = Integer.parseInt(matcher.group(2));
    if (first > last || last >= whole.length) {
      return false;
    }
    Arrays.fill(covered, first, last + 1, true);
    return latin1(Arrays.copyOfRange(whole, first, last + 1)).equals(text);
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
