package io.nearcast.edge.fuzz;

import io.nearcast.edge.http.ClientBytes;
import io.nearcast.edge.http.ClientBytes.Asked;
import io.nearcast.edge.http.ClientBytes.Feeding;
import io.nearcast.edge.http.ClientBytes.Seen;
import io.nearcast.edge.testing.PathForm;
import io.nearcast.edge.testing.StrictReader;
import io.nearcast.edge.testing.StrictReader.Read;
import java.util.Arrays;
import java.util.Random;

/**
 * Bytes from a client: however they come, the same requests come out of them, and {@link
 * StrictReader} finds the same ones, with the same ends. It may find more where the node refuses.
 */
public final class RequestFuzz {
  private RequestFuzz() {}

  /** Called by Jazzer, and by the tests. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    Seen seen = ClientBytes.parsed(bytes);
    compare(bytes, seen);
    Random random = new Random(Arrays.hashCode(bytes));
    for (Feeding feeding : Feeding.values()) {
      Seen served = ClientBytes.served(bytes, feeding, random);
      Checks.same("bytes that come " + feeding, seen.text(), served.text());
    }
  }

  private static void compare(byte[] bytes, Seen seen) {
    int at = 0;
    for (Asked asked : seen.asked()) {
      if (!(StrictReader.request(bytes, at) instanceof Read.Whole read)) {
        throw new AssertionError(
            "accepted at " + at + ": " + asked.text() + ", but " + StrictReader.request(bytes, at));
      }
      Checks.same("the method", read.start().get(0), asked.request().head().method());
      Checks.same("the host", read.start().get(1), asked.request().head().authority());
      String target = PathForm.normal(read.start().get(2));
      Checks.same("the target", target, asked.request().head().target());
      Checks.same("the body", Checks.shown(read.body()), Checks.shown(asked.body()));
      Checks.same("the end", read.end(), asked.end());
      at = asked.end();
    }
    if (!seen.ended() && StrictReader.request(bytes, at) instanceof Read.Whole read) {
      throw new AssertionError("waits for more of " + read);
    }
  }
}
