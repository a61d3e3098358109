package io.nearcast.edge.rules;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Drops the fields that are for one connection only (RFC 9110 section 7.6.1, RFC 9111 section 3.1).
 */
public final class HopByHop {
  private static final Set<String> CONNECTION_FIELDS =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "proxy-authenticate",
          "proxy-authentication-info",
          "proxy-authorization");

  /** Fields that Nearcast's tiers say to each other, and that nobody else may say or hear. */
  private static final String INTERNAL_PREFIX = "nearcast-";

  private HopByHop() {}

  /** The fields of a client's request that go upstream. */
  public static Fields forUpstream(Fields fields) {
    return endToEnd(fields);
  }

  /** The fields of an upstream's response that are stored or go to the client. */
  public static Fields forStore(Fields fields) {
    return endToEnd(fields);
  }

  private static Fields endToEnd(Fields fields) {
    List<String> named = ListReader.members(fields.all("Connection"));
    return fields.without(name -> dropped(name, named));
  }

  private static boolean dropped(String name, List<String> named) {
    String lower = name.toLowerCase(Locale.ROOT);
    return CONNECTION_FIELDS.contains(lower)
        || lower.startsWith(INTERNAL_PREFIX)
        || named.stream().anyMatch(other -> other.equalsIgnoreCase(name));
  }
}
