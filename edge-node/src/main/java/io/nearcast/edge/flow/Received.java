package io.nearcast.edge.flow;

import io.nearcast.edge.http.Request;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.HopByHop;
import io.nearcast.edge.rules.RequestHead;
import java.net.InetSocketAddress;
import java.util.Locale;

/** The head of a request as everything behind the parser sees it. Pure. */
final class Received {
  private static final String FORWARDED_PROTO = "X-Forwarded-Proto";

  private Received() {}

  /**
   * The head without the fields that were for this connection only, and without an Upgrade that
   * cannot be followed (RFC 9110 section 7.8); that of another tier with the scheme that its client
   * used.
   */
  static RequestHead head(Request request, Tiers tiers, InetSocketAddress client) {
    RequestHead sent = request.head();
    RequestHead head = HopByHop.asReceived(sent);
    boolean upgradable = !request.http10() && !request.hasBody() && head.method().equals("GET");
    if (!upgradable && head.fields().has("Upgrade")) {
      head = head.withFields(head.fields().without("Upgrade"));
    }
    String scheme = head.fields().first(FORWARDED_PROTO);
    if (scheme == null || tiers.demand(sent, client) == null) {
      return head;
    }
    return switch (scheme.toLowerCase(Locale.ROOT)) {
      case "http", "https" -> head.withScheme(scheme.toLowerCase(Locale.ROOT));
      default -> head;
    };
  }

  /** The fields with the scheme that the client used, for upstreams that answer by it. */
  static Fields withScheme(Fields fields, String scheme) {
    return fields.with(FORWARDED_PROTO, scheme);
  }
}
