package io.nearcast.edge.rules;

import org.jspecify.annotations.Nullable;

/**
 * What a stored response is found by (RFC 9111 section 2): service, host, path and query, and what
 * else of a request the service's key policy names; the variants that {@code Vary} makes lie under
 * it.
 *
 * <p>Immutable; its hash is computed once, and two keys that differ are told apart by it.
 */
public final class CacheKey {
  private final String service;
  private final String host;
  private final String target;
  private final String extra;
  private final int hash;
  private final int place;

  CacheKey(String service, String host, String target, String extra) {
    this(service, host, target, extra, false);
  }

  private CacheKey(String service, String host, String target, String extra, boolean slice) {
    this.service = service;
    this.host = host;
    this.target = target;
    this.extra = extra;
    int own = 31 * (31 * target.hashCode() + host.hashCode()) + service.hashCode();
    this.hash = extra.isEmpty() ? own : 31 * own + extra.hashCode();
    this.place = slice ? hash : own;
  }

  /**
   * What a slice of a large response under this key is found by; purges hit it as they hit this
   * key.
   *
   * @param manifest the head of the whole, with a strong validator
   * @param variant the request fields that the whole was selected by
   */
  public CacheKey slice(long index, ResponseHead manifest, Variant variant) {
    String part = "slice=" + index + ' ' + Slices.validator(manifest) + ' ' + variant.exact();
    String all = extra.isEmpty() ? part : extra + '\n' + part;
    return new CacheKey(service, host, target, all, true);
  }

  /** The name of the service. */
  public String service() {
    return service;
  }

  /** The host in lower case, or {@code ""} where the service's domains share their copies. */
  public String host() {
    return host;
  }

  /** Path and query, the query as the service's key policy leaves it. */
  public String target() {
    return target;
  }

  /** What else counts, a line each, such as {@code scheme=https}; empty where nothing does. */
  public String extra() {
    return extra;
  }

  /** The key of a request to the same URL that has nothing else that counts. */
  public CacheKey plain() {
    return extra.isEmpty() ? this : new CacheKey(service, host, target, "");
  }

  /**
   * A number by which nodes agree whom to ask about it: the same for all keys of a URL, so that an
   * unsafe request comes by the shield that has what it invalidates; slices each have their own.
   */
  public int place() {
    return place;
  }

  /** What a purge by URL names: host and target, whatever else counts. */
  public String url() {
    return host + target;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof CacheKey key
            && hash == key.hash
            && target.equals(key.target)
            && host.equals(key.host)
            && extra.equals(key.extra)
            && service.equals(key.service));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Service, URL and what else counts, for people. */
  @Override
  public String toString() {
    return service + ' ' + host + target + (extra.isEmpty() ? "" : " " + extra);
  }
}
