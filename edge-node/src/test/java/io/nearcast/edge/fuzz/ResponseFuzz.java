package io.nearcast.edge.fuzz;

import io.nearcast.edge.testing.StrictReader;
import io.nearcast.edge.testing.StrictReader.Read;
import io.nearcast.edge.upstream.OriginBytes;
import io.nearcast.edge.upstream.OriginBytes.Answered;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Bytes from an origin, and the end of its connection at any of them: however they come, one answer
 * comes out of them, which is complete only where {@link StrictReader} says so too.
 */
public final class ResponseFuzz {
  private static final List<String> METHODS = List.of("GET", "HEAD", "POST");

  private ResponseFuzz() {}

  /** Called by Jazzer, and by the tests. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    Random random = new Random(Arrays.hashCode(bytes));
    for (String method : METHODS) {
      check(bytes, method, random);
    }
    check(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)), "GET", random);
  }

  private static void check(byte[] bytes, String method, Random random) {
    boolean toHead = method.equals("HEAD");
    Answered parsed = OriginBytes.parsed(bytes, toHead);
    if (parsed.complete()) {
      compare(bytes, toHead, parsed);
    }
    String about = method + " answered at once";
    Checks.same(about, parsed.text(), OriginBytes.received(bytes, method, null).text());
    about = method + " answered in pieces";
    Checks.same(about, parsed.text(), OriginBytes.received(bytes, method, random).text());
  }

  private static void compare(byte[] bytes, boolean toHead, Answered answered) {
    int at = 0;
    for (int heads = 0; heads <= answered.interims(); heads++) {
      Read read = StrictReader.response(bytes, at, toHead, true);
      if (!(read instanceof Read.Whole whole)) {
        throw new AssertionError("accepted: " + answered.text() + ", but " + read);
      }
      at = whole.end();
      if (heads == answered.interims()) {
        Checks.same("the status", whole.start().getLast(), String.valueOf(answered.status()));
        Checks.same("the body", Checks.shown(whole.body()), Checks.shown(answered.body()));
        Checks.same("the end", at, answered.end());
      }
    }
  }
}
