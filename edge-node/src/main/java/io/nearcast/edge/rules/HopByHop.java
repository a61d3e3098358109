package io.nearcast.edge.rules;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Drops the fields that are for one connection only (RFC 9110 section 7.6.1, RFC 9111 section 3.1).
 *
 * <p>{@code Connection} cannot name fields that are meant for every recipient, which section 7.6.1
 * forbids senders to do: else a client could take Host or Authorization off its request, or a
 * response lose its Cache-Control, between the decision and the wire.
 */
public final class HopByHop {
  private static final Set<String> ALWAYS_DROPPED =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings",
          "proxy-authenticate",
          "proxy-authentication-info",
          "proxy-authorization");

  private static final Set<String> NEVER_DROPPED =
      Set.of(
          "host",
          "authorization",
          "cookie",
          "set-cookie",
          "cache-control",
          "cdn-cache-control",
          "surrogate-control",
          "expires",
          "pragma",
          "date",
          "age",
          "vary",
          "etag",
          "last-modified",
          "range",
          "content-length",
          "content-type",
          "content-encoding",
          "content-range",
          "via",
          "cdn-loop");

  /** Fields that Nearcast's tiers say to each other, and that nobody else may say or hear. */
  private static final String INTERNAL_PREFIX = "nearcast-";

  private HopByHop() {}

  /** The fields of a client's request that go upstream. */
  public static Fields forUpstream(Fields request) {
    return endToEnd(request);
  }

  /**
   * The fields of an upstream's response that are stored and sent to clients: also without those
   * that {@code private} and {@code no-cache} name (RFC 9111 sections 5.2.2.4 and 5.2.2.7).
   */
  public static Fields forStore(Fields response) {
    return endToEnd(ResponseControl.withoutRestricted(response));
  }

  /**
   * The fields of an upstream's response that go to the one client that asked, and are not stored.
   */
  public static Fields forClient(Fields response) {
    return endToEnd(response);
  }

  /**
   * A client's request without the fields that it names in Connection: neither the key nor Vary may
   * see what the upstream does not, else a response would be stored for a request that was not
   * made. What is dropped anyway is still there, for the decision looks at it.
   */
  public static RequestHead asReceived(RequestHead head) {
    Fields request = head.fields();
    String connection = request.first("Connection");
    if (connection == null
        || (connection.equalsIgnoreCase("close") && request.count("Connection") == 1)
        || (connection.equalsIgnoreCase("keep-alive") && request.count("Connection") == 1)) {
      return head;
    }
    List<String> named = ListReader.members(request.all("Connection"));
    return head.withFields(
        request.without(name -> {
          String lower = name.toLowerCase(Locale.ROOT);
          return !ALWAYS_DROPPED.contains(lower)
              && !lower.startsWith(INTERNAL_PREFIX)
              && !NEVER_DROPPED.contains(lower)
              && contains(named, name);
        }));
  }

  private static Fields endToEnd(Fields fields) {
    List<String> lines = fields.all("Connection");
    List<String> named = lines.isEmpty() ? lines : ListReader.members(lines);
    return fields.without(name -> dropped(name, named));
  }

  private static boolean dropped(String name, List<String> named) {
    String lower = name.toLowerCase(Locale.ROOT);
    String canonical = UnkeyedFields.canonical(lower);
    return ALWAYS_DROPPED.contains(canonical)
        || canonical.startsWith(INTERNAL_PREFIX)
        || (!named.isEmpty() && !NEVER_DROPPED.contains(lower) && contains(named, name));
  }

  private static boolean contains(List<String> names, String name) {
    return names.stream().anyMatch(name::equalsIgnoreCase);
  }
}
