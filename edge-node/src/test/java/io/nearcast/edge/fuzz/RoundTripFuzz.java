package io.nearcast.edge.fuzz;

import io.nearcast.edge.flow.SentOn;
import io.nearcast.edge.http.ClientBytes;
import io.nearcast.edge.http.ClientBytes.Asked;
import io.nearcast.edge.http.Request;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.testing.StrictReader;
import io.nearcast.edge.testing.StrictReader.Read;
import io.nearcast.edge.upstream.OriginBytes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What was accepted from a client is, as it is sent to an origin, exactly one request to every
 * reader, with one framing and one Host.
 */
public final class RoundTripFuzz {
  private RoundTripFuzz() {}

  /** Called by Jazzer, and by the tests. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    Random random = new Random(Arrays.hashCode(bytes));
    for (Asked asked : ClientBytes.parsed(bytes).asked()) {
      String method = asked.request().head().method();
      if (!method.equals("CONNECT") && !method.equals("TRACE")) {
        passed(asked, 1 + random.nextInt(100));
        if (method.equals("GET") || method.equals("HEAD")) {
          filled(asked);
        }
      }
    }
  }

  private static String authority(Asked asked) {
    String authority = asked.request().head().authority();
    return authority.isEmpty() ? "www.test" : authority;
  }

  private static void passed(Asked asked, int pieceBytesMax) {
    RequestHead head = SentOn.passed(asked.request().head(), authority(asked));
    boolean chunked = asked.request().framing() == Request.Framing.CHUNKED;
    byte[] sent = OriginBytes.sent(head, chunked, asked.body(), pieceBytesMax);
    one(asked, asked.request().head().method(), asked.body(), sent);
  }

  private static void filled(Asked asked) {
    RequestHead head = SentOn.fill(asked.request().head(), authority(asked));
    one(asked, "GET", new byte[0], OriginBytes.sent(head, false, new byte[0], 1));
  }

  private static void one(Asked asked, String method, byte[] body, byte[] sent) {
    if (!(StrictReader.request(sent, 0) instanceof Read.Whole read)) {
      throw new AssertionError("sent what is no request: " + Checks.shown(sent));
    }
    Checks.same("the end of what was sent", sent.length, read.end());
    Checks.same(
        "what was sent",
        List.of(method, authority(asked), asked.request().head().target()).toString(),
        read.start().toString());
    Checks.same("the body that was sent", Checks.shown(body), Checks.shown(read.body()));
    int framings = read.values("Content-Length").size() + read.values("Transfer-Encoding").size();
    if (framings > 1 || read.values("Host").size() != 1) {
      throw new AssertionError("two framings or Hosts: " + Checks.shown(sent));
    }
    for (String forOneConnection : List.of("Connection", "Upgrade", "TE", "Nearcast-Min")) {
      Checks.same("fields " + forOneConnection, 0, read.values(forOneConnection).size());
    }
  }
}
