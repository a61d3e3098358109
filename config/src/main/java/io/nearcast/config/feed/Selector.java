package io.nearcast.config.feed;

/** Which cached responses of a service a purge is about. */
public sealed interface Selector {

  /**
   * All variants of one URL.
   *
   * @param host a domain of the service, in lower case
   * @param target path and query as they stand in the URL, before the service's key policy is
   *     applied
   */
  record Url(String host, String target) implements Selector {}

  /**
   * Everything that carries a tag.
   *
   * @param tag as in {@code Surrogate-Key} or {@code Cache-Tag}
   */
  record Tag(String tag) implements Selector {}

  /**
   * Every URL of a host that begins so.
   *
   * @param host a domain of the service, in lower case
   * @param target the beginning of path and query
   */
  record Prefix(String host, String target) implements Selector {}

  /**
   * Everything under a host.
   *
   * @param host a domain of the service, in lower case
   */
  record Host(String host) implements Selector {}

  /** Everything of the service. */
  record Everything() implements Selector {}
}
