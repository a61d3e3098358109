package io.nearcast.edge.rules;

import java.util.Locale;

/**
 * The head of a request, as rules see it.
 *
 * @param method the method, whose case counts
 * @param scheme {@code http} or {@code https}
 * @param authority host and port as sent
 * @param host the host of the authority, in lower case and without port
 * @param target path and query in origin form, normalised by the parser
 * @param fields the header fields
 */
public record RequestHead(
    String method, String scheme, String authority, String host, String target, Fields fields) {

  /** A head whose host is taken from the authority. */
  public static RequestHead of(
      String method, String scheme, String authority, String target, Fields fields) {
    return new RequestHead(method, scheme, authority, hostOf(authority), target, fields);
  }

  /** This head with other fields. */
  public RequestHead withFields(Fields other) {
    return new RequestHead(method, scheme, authority, host, target, other);
  }

  /** This head with another scheme. */
  public RequestHead withScheme(String other) {
    return new RequestHead(method, other, authority, host, target, fields);
  }

  /** This head with another target, on the same host. */
  public RequestHead withTarget(String other) {
    return new RequestHead(method, scheme, authority, host, other, fields);
  }

  /** {@code :PORT} where it is another than the scheme's own, else nothing. */
  public String portSuffix() {
    if (authority.length() == host.length()) {
      return "";
    }
    long port = References.port(this);
    return port == (scheme.equals("https") ? 443 : 80) ? "" : ":" + port;
  }

  /**
   * The host of an authority, in lower case and without port; an IPv6 address keeps its brackets.
   */
  static String hostOf(String authority) {
    int colon = authority.lastIndexOf(':');
    boolean port = colon >= 0 && authority.indexOf(']', colon) < 0;
    String host = port ? authority.substring(0, colon) : authority;
    return host.toLowerCase(Locale.ROOT);
  }
}
