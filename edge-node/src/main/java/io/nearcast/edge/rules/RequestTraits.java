package io.nearcast.edge.rules;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.rules.CacheControl.Directive;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * What of a request's head counts when deciding, read from it in one pass.
 *
 * @param method what kind of method it has
 * @param onlyIfCached whether it says {@code only-if-cached} (RFC 9111 section 5.2.1.7)
 * @param range whether it has Range
 * @param conditional whether it has If-None-Match or If-Modified-Since
 * @param precondition whether it has If-Match or If-Unmodified-Since, which only an origin
 *     evaluates
 * @param upgrade whether it asks for WebSocket (RFC 6455); what else Upgrade may say is not
 *     followed, for that would let a client past the cache (RFC 9110 section 7.8)
 */
public record RequestTraits(
    Method method,
    boolean onlyIfCached,
    boolean range,
    boolean conditional,
    boolean precondition,
    boolean upgrade,
    ClientWishes wishes) {

  /** Kinds of methods (RFC 9110 section 9). */
  public enum Method {
    /** GET. */
    GET,
    /** HEAD. */
    HEAD,
    /** POST: unsafe, but its response may be stored for later GETs. */
    POST,
    /** OPTIONS or TRACE: safe, never stored, invalidates nothing. */
    SAFE,
    /** Every other: it may change what it is sent to. */
    UNSAFE;

    /** The kind of a method. */
    public static Method of(String name) {
      return switch (name) {
        case "GET" -> GET;
        case "HEAD" -> HEAD;
        case "POST" -> POST;
        case "OPTIONS", "TRACE" -> SAFE;
        default -> UNSAFE;
      };
    }

    /** Whether a stored response may answer it. */
    public boolean answeredFromCache() {
      return this == GET || this == HEAD;
    }

    /** Whether a successful response to it invalidates what is stored (RFC 9111 section 4.4). */
    public boolean invalidates() {
      return this == POST || this == UNSAFE;
    }
  }

  private static final int FLAGS = 5;

  /** The traits of all requests without wishes, so that they need not be made for each. */
  private static final Map<Method, RequestTraits[]> WITHOUT_WISHES = withoutWishes();

  private static final String ONLY_IF_CACHED = Directive.ONLY_IF_CACHED.token();

  /** The traits of a request to a service that does not honour its clients' wishes. */
  public static RequestTraits of(RequestHead request) {
    return of(request, CachePolicy.DEFAULT);
  }

  /**
   * The traits of a request.
   *
   * @param policy of the service, for this request
   */
  public static RequestTraits of(RequestHead request, CachePolicy policy) {
    boolean onlyIfCached = false;
    boolean range = false;
    boolean conditional = false;
    boolean precondition = false;
    boolean upgrade = false;
    Fields fields = request.fields();
    for (int i = 0; i < fields.size(); i++) {
      String name = fields.name(i);
      // The length tells most fields apart before a character is compared.
      switch (name.length()) {
        case 5 -> range |= name.equalsIgnoreCase("Range");
        case 7 -> upgrade |= name.equalsIgnoreCase("Upgrade") && webSocket(fields);
        case 8 -> precondition |= name.equalsIgnoreCase("If-Match");
        case 13 -> {
          conditional |= name.equalsIgnoreCase("If-None-Match");
          onlyIfCached |= name.equalsIgnoreCase("Cache-Control") && onlyIfCached(fields, i);
        }
        case 17 -> conditional |= name.equalsIgnoreCase("If-Modified-Since");
        case 19 -> precondition |= name.equalsIgnoreCase("If-Unmodified-Since");
        default -> {
          // No field that counts here has a name of this length.
        }
      }
    }
    Method method = Method.of(request.method());
    ClientWishes wishes =
        policy.honourClientDirectives() ? ClientWishes.of(fields) : ClientWishes.NONE;
    if (wishes.equals(ClientWishes.NONE)) {
      int flags = bit(onlyIfCached, 0) | bit(range, 1) | bit(conditional, 2);
      flags |= bit(precondition, 3) | bit(upgrade, 4);
      return plain(method)[flags];
    }
    return new RequestTraits(
        method, onlyIfCached, range, conditional, precondition, upgrade, wishes);
  }

  private static Map<Method, RequestTraits[]> withoutWishes() {
    Map<Method, RequestTraits[]> all = new EnumMap<>(Method.class);
    for (Method method : Method.values()) {
      RequestTraits[] byFlags = new RequestTraits[1 << FLAGS];
      for (int i = 0; i < byFlags.length; i++) {
        byFlags[i] =
            new RequestTraits(
                method,
                (i & 1) != 0,
                (i & 2) != 0,
                (i & 4) != 0,
                (i & 8) != 0,
                (i & 16) != 0,
                ClientWishes.NONE);
      }
      all.put(method, byFlags);
    }
    return all;
  }

  private static RequestTraits[] plain(Method method) {
    return Objects.requireNonNull(WITHOUT_WISHES.get(method));
  }

  private static int bit(boolean flag, int place) {
    return flag ? 1 << place : 0;
  }

  /** Whether the directive is there; parsed only where its name is, for it hardly ever is. */
  private static boolean onlyIfCached(Fields fields, int line) {
    return contains(fields.value(line), ONLY_IF_CACHED)
        && CacheControl.parse(fields, "Cache-Control").has(Directive.ONLY_IF_CACHED);
  }

  private static boolean contains(String text, String part) {
    for (int i = 0; i <= text.length() - part.length(); i++) {
      if (text.regionMatches(true, i, part, 0, part.length())) {
        return true;
      }
    }
    return false;
  }

  private static boolean webSocket(Fields fields) {
    return hasMember(fields, "Upgrade", "websocket") && hasMember(fields, "Connection", "upgrade");
  }

  private static boolean hasMember(Fields fields, String field, String member) {
    return ListReader.members(fields.all(field)).stream().anyMatch(member::equalsIgnoreCase);
  }
}
