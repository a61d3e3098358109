package io.nearcast.router.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;

/**
 * A request, without its body, which nobody here is interested in.
 *
 * @param method in upper case, such as {@code GET}
 * @param host the authority that the request is for, as the client wrote it; empty for HTTP/1.0
 *     requests that name none
 * @param target path and query, beginning with a slash, visible ASCII only
 * @param headers all headers
 * @param peer who is at the other end of the connection
 */
record Ask(String method, String host, String target, HttpHeaders headers, InetAddress peer) {

  /** Whether nothing but a representation is asked for. */
  boolean isRead() {
    return method.equals("GET") || method.equals("HEAD");
  }

  /** The target's path, as it was sent. */
  String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /**
   * The first value of a parameter of the query, empty where there is none.
   *
   * @throws IllegalArgumentException if the query is not well encoded
   */
  String parameter(String name) {
    return new QueryStringDecoder(target).parameters().getOrDefault(name, List.of("")).getFirst();
  }

  /** The host without its port and in lower case; brackets of an IPv6 address stay. */
  String hostName() {
    int colon = host.lastIndexOf(':');
    boolean port = colon >= 0 && host.indexOf(']', colon) < 0;
    String name = port ? host.substring(0, colon) : host;
    String rooted = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return rooted.toLowerCase(Locale.ROOT);
  }
}
