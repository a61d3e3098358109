package io.nearcast.edge.flow;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.HopByHop;
import io.nearcast.edge.rules.MaxForwards;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseControl;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;

/** Makes the heads of the requests that go upstream. Pure. */
final class UpstreamHeads {
  /** What only makes sense for one client's copy; the fill's own validators take their place. */
  private static final Set<String> CLIENT_CONDITIONS =
      Set.of("if-none-match", "if-modified-since", "if-range", "range");

  private static final Set<String> WRITTEN_ANEW = Set.of("host", "content-length", "expect");

  private UpstreamHeads() {}

  /**
   * This node on a request's way.
   *
   * @param http10 whether it received the request by HTTP/1.0
   */
  record Hop(String loopId, boolean http10) {
    /** "the received-protocol" and a pseudonym (RFC 9110 section 7.6.3). */
    String via() {
      return http10 ? "1.0 nearcast" : "1.1 nearcast";
    }
  }

  /**
   * The head of a request that is handed on as the client sent it.
   *
   * @param authority what the upstream sees as Host
   * @param by who hands it on
   */
  static RequestHead passed(
      RequestHead request, String authority, InetSocketAddress client, Hop by) {
    Fields fields =
        HopByHop.forUpstream(MaxForwards.forwarded(request))
            .without(name -> WRITTEN_ANEW.contains(name.toLowerCase(Locale.ROOT)));
    return head(request, request.method(), authority, forwarded(fields, client, by));
  }

  /**
   * The head of a fill: always a GET, without the client's own conditions.
   *
   * @param conditions the validators of what is stored, empty for none
   */
  static RequestHead fill(
      RequestHead request, String authority, InetSocketAddress client, Hop by, Fields conditions) {
    Fields fields =
        HopByHop.forUpstream(request.fields())
            .without(name -> {
              String lower = name.toLowerCase(Locale.ROOT);
              return WRITTEN_ANEW.contains(lower) || CLIENT_CONDITIONS.contains(lower);
            });
    Fields.Builder all = Fields.builder().addAll(forwarded(fields, client, by));
    return head(request, "GET", authority, all.addAll(conditions).build());
  }

  private static RequestHead head(
      RequestHead request, String method, String authority, Fields fields) {
    return RequestHead.of(method, request.scheme(), authority, request.target(), fields);
  }

  /** Via (RFC 9110 section 7.6.3), CDN-Loop (RFC 8586), who the client is and who asks. */
  private static Fields forwarded(Fields fields, InetSocketAddress client, Hop by) {
    Fields passed = append(append(fields, "Via", by.via()), "CDN-Loop", by.loopId());
    return append(passed, "X-Forwarded-For", client.getAddress().getHostAddress())
        .with("Surrogate-Capability", ResponseControl.SURROGATE_CAPABILITY);
  }

  private static Fields append(Fields fields, String name, String value) {
    String before = fields.combined(name);
    return fields.with(name, before == null ? value : before + ", " + value);
  }

  /** Whether the request has been through the node already (RFC 8586 section 2). */
  static boolean loops(RequestHead request, String loopId) {
    String loop = request.fields().combined("CDN-Loop");
    if (loop == null) {
      return false;
    }
    for (String member : loop.split(",", -1)) {
      int semicolon = member.indexOf(';');
      String id = (semicolon < 0 ? member : member.substring(0, semicolon)).trim();
      if (id.equalsIgnoreCase(loopId)) {
        return true;
      }
    }
    return false;
  }
}
