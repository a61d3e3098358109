package io.nearcast.edge.store.memory;

import io.nearcast.edge.rules.CacheKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;

/**
 * The keys that are of one URL, where more than the URL counts: each cookie, scheme or header value
 * of the service's key policy makes a key of its own, and what changes the URL changes all of them.
 * The key without more is not noted, for it follows from each of the others.
 *
 * <p>For any thread. Whoever stores notes a key after it is in the store, then has it removed
 * unless it still is; whoever removes does the latter afterwards. Both happen under the lock of the
 * URL, so that nothing that is stored is missing for longer than it is being put, and nothing else
 * stays.
 */
final class Siblings {

  /** A URL of a service. */
  private record Url(String service, String url) {
    static Url of(CacheKey key) {
      return new Url(key.service(), key.url());
    }
  }

  private final ConcurrentMap<Url, Set<CacheKey>> byUrl = new ConcurrentHashMap<>();

  /** Something is stored under the key. */
  void added(CacheKey key) {
    if (!key.extra().isEmpty()) {
      byUrl.compute(
          Url.of(key),
          (_, keys) -> {
            Set<CacheKey> all = keys == null ? ConcurrentHashMap.newKeySet(1) : keys;
            all.add(key);
            return all;
          });
    }
  }

  /** The key is being taken out of the store, where none can be put under it meanwhile. */
  void evicted(CacheKey key) {
    removeUnless(key, _ -> false);
  }

  /** The key may be out of the store, unless somebody has put it there again. */
  void removeUnless(CacheKey key, Predicate<CacheKey> stored) {
    if (!key.extra().isEmpty()) {
      byUrl.computeIfPresent(
          Url.of(key),
          (_, keys) -> {
            if (!stored.test(key)) {
              keys.remove(key);
            }
            return keys.isEmpty() ? null : keys;
          });
    }
  }

  /** The keys with more than the URL that something is stored under. */
  Set<CacheKey> of(CacheKey key) {
    Set<CacheKey> keys = byUrl.get(Url.of(key));
    return keys == null ? Set.of() : Set.copyOf(keys);
  }
}
