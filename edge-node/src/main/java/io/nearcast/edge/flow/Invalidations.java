package io.nearcast.edge.flow;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.nearcast.edge.rules.CacheKey;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The URLs that unsafe requests have invalidated lately (RFC 9111 section 4.4), so that fetches
 * that were under way then are neither joined nor stored, for the origin may have answered them
 * before the change; and so that a shield which the unsafe request did not come by, as happens with
 * the URL of a Location, is told not to answer from what it has.
 *
 * <p>For any thread. Remembers a bounded number of URLs for a while; what is stored already is
 * removed from the store by whoever invalidates.
 */
final class Invalidations {
  private static final int URLS_MAX = 50_000;
  private static final Duration REMEMBERED_FOR = Duration.ofHours(1);

  private final AtomicLong count = new AtomicLong();
  private final Cache<CacheKey, Long> newest =
      Caffeine.newBuilder()
          .maximumSize(URLS_MAX)
          .expireAfterWrite(REMEMBERED_FOR)
          .executor(Runnable::run)
          .build();

  /** How many there have been. */
  long count() {
    return count.get();
  }

  /** From now on, everything asked for earlier under the key's URL is doubtful. */
  void add(CacheKey key) {
    newest.put(key.plain(), count.incrementAndGet());
  }

  /** Whether the key's URL was invalidated so lately that other nodes may have it still. */
  boolean lately(CacheKey key) {
    return count.get() > 0 && newest.getIfPresent(key.plain()) != null;
  }

  /** Whether the key's URL was invalidated after the first {@code earlier} of them. */
  boolean since(CacheKey key, long earlier) {
    if (count.get() == earlier) {
      return false;
    }
    Long at = newest.getIfPresent(key.plain());
    return at != null && at > earlier;
  }
}
