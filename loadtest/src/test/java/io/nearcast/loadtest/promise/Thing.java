package io.nearcast.loadtest.promise;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;

/**
 * Something that clients ask for.
 *
 * @param service {@code serve} or {@code revalidate}, which is also what it says of cut-off edges
 * @param path its URL's
 * @param tag its only one
 */
record Thing(String service, String path, String tag) {
  CacheKey key() {
    return key(service, "host", path);
  }

  static CacheKey key(String service, String host, String path) {
    return CacheKeys.of(service, KeyPolicy.DEFAULT, host, path);
  }

  String[] tags() {
    return new String[] {tag};
  }

  boolean revalidates() {
    return service.equals("revalidate");
  }
}
