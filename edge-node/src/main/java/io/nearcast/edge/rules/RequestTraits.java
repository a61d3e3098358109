package io.nearcast.edge.rules;

/**
 * What of a request's head counts when deciding, read from it in one pass.
 *
 * @param method what kind of method it has
 * @param onlyIfCached whether it has {@code Cache-Control: only-if-cached}
 * @param range whether it has Range
 * @param conditional whether it has If-None-Match or If-Modified-Since
 * @param precondition whether it has If-Match or If-Unmodified-Since
 * @param upgrade whether it asks to change the protocol
 */
public record RequestTraits(
    Method method,
    boolean onlyIfCached,
    boolean range,
    boolean conditional,
    boolean precondition,
    boolean upgrade) {

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

  /** The traits of a request. */
  public static RequestTraits of(RequestHead request) {
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
        case 7 -> upgrade |= name.equalsIgnoreCase("Upgrade");
        case 8 -> precondition |= name.equalsIgnoreCase("If-Match");
        case 13 -> {
          conditional |= name.equalsIgnoreCase("If-None-Match");
          onlyIfCached |=
              name.equalsIgnoreCase("Cache-Control")
                  && CacheControl.parse(fields, "Cache-Control")
                      .has(CacheControl.Directive.ONLY_IF_CACHED);
        }
        case 17 -> conditional |= name.equalsIgnoreCase("If-Modified-Since");
        case 19 -> precondition |= name.equalsIgnoreCase("If-Unmodified-Since");
        default -> {
          // No field that counts here has a name of this length.
        }
      }
    }
    return new RequestTraits(
        Method.of(request.method()), onlyIfCached, range, conditional, precondition, upgrade);
  }
}
