package io.nearcast.edge.flow;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.HttpDate;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.upstream.UpstreamFailure;
import java.nio.charset.StandardCharsets;

/**
 * What a node answers by itself: that it refuses a request, or that nobody upstream has answered.
 *
 * @param outcome why, and whether anybody was asked
 * @param text the body
 * @param unasked whether no upstream has seen the request, so that a tier may ask another one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record OwnAnswer(int status, Outcome outcome, byte[] text, boolean unasked) {
  /** What a client is told whose upgrade is not allowed. */
  static final String UPGRADE_REFUSED =
      "WebSocket is not allowed here: set upgrades: [websocket] for the service or for a rule,"
          + " standalone --upgrade websocket";

  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

  private static OwnAnswer of(int status, Outcome outcome, String detail, boolean unasked) {
    byte[] text = (detail + '\n').getBytes(StandardCharsets.UTF_8);
    return new OwnAnswer(status, outcome, text, unasked);
  }

  /** A refusal; nothing was asked of an upstream. */
  static OwnAnswer refused(int status, Reason reason, String detail) {
    return of(status, Outcome.own(reason, detail), detail, status >= 500);
  }

  /** That there is no answer from upstream. */
  static OwnAnswer failed(UpstreamFailure failure, Reason reason) {
    int status =
        switch (failure) {
          case UpstreamFailure.TimedOut _ -> 504;
          case UpstreamFailure.NoCapacity _ -> 503;
          default -> 502;
        };
    // Where the upstream may have acted on the request, nobody is to be asked once more.
    boolean unasked =
        failure instanceof UpstreamFailure.CouldNotConnect
            || failure instanceof UpstreamFailure.NoCapacity
            || (failure instanceof UpstreamFailure.TimedOut late
                && late.stage() == UpstreamFailure.Stage.CONNECT);
    String detail = failure.target().name() + ": " + failure.detail();
    return of(status, Outcome.inVain(reason, detail), detail, unasked);
  }

  /** That this edge has no lease, and nobody upstream has answered. */
  static OwnAnswer cutOff(UpstreamFailure failure) {
    String detail = "this edge is cut off and the origin does not answer: " + failure.detail();
    return of(504, Outcome.inVain(Reason.CUT_OFF, detail), detail, true);
  }

  /**
   * To an OPTIONS that may go no further (RFC 9110 section 7.6.2): what this node takes. "A server
   * MUST generate a Content-Length field with a value of 0 if no content is to be sent" (section
   * 9.3.7).
   */
  static OwnAnswer options() {
    return new OwnAnswer(200, Outcome.own(Reason.METHOD, "Max-Forwards: 0"), new byte[0], false);
  }

  /**
   * The fields of the answer.
   *
   * @param tier whether it goes to another tier
   */
  Fields fields(boolean tier, long nowMillis) {
    Fields.Builder fields = Fields.builder();
    if (text.length > 0) {
      fields.add("Content-Type", "text/plain; charset=utf-8");
    }
    fields
        .add("Content-Length", String.valueOf(text.length))
        .add("Cache-Control", "no-store")
        .add("Date", HttpDate.format(nowMillis));
    if (status == 405 || status == 200) {
      fields.add("Allow", METHODS);
    } else if (status == 503) {
      fields.add("Retry-After", "1");
    }
    if (tier && unasked) {
      fields.add(Tiers.AWAY, "1");
    }
    return fields.build();
  }
}
