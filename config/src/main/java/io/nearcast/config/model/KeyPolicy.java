package io.nearcast.config.model;

/**
 * What distinguishes cached responses of a service beside host and path.
 *
 * @param query which query parameters count
 * @param shareDomains whether all domains of the service share their copies
 */
public record KeyPolicy(QueryPolicy query, boolean shareDomains) {

  /** The whole query counts and every domain has its own copies. */
  public static final KeyPolicy DEFAULT = new KeyPolicy(QueryPolicy.DEFAULT, false);
}
