package io.nearcast.edge.flow;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fills that others may join, by what they fetch; and the keys whose answers cannot be shared,
 * so that requests for them do not wait for each other (hit-for-miss), or cannot be had in slices.
 *
 * <p>For any thread. A place holds one fill at a time; a fill leaves its place when it ends or when
 * another one takes it.
 */
final class FillTable {
  /**
   * What a fill fetches.
   *
   * @param variant the request's values of the fields that Vary is known to name, null where
   *     nothing is known of Vary
   */
  record Place(CacheKey key, @Nullable Variant variant) {}

  private static final int UNSHARED_MAX = 50_000;
  private static final Duration UNSHARED_FOR = Duration.ofMinutes(2);

  private final ConcurrentMap<Place, Fill> fills = new ConcurrentHashMap<>();
  private final Cache<CacheKey, Reason> unshared = remembered();
  private final Cache<CacheKey, Boolean> unsliced = remembered();

  private static <T> Cache<CacheKey, T> remembered() {
    return Caffeine.newBuilder()
        .maximumSize(UNSHARED_MAX)
        .expireAfterWrite(UNSHARED_FOR)
        .executor(Runnable::run)
        .build();
  }

  /** The fill at the place if it may be joined, else a new one, which takes the place. */
  Fill joinOrStart(Place place, Predicate<Fill> joinable, Supplier<Fill> start) {
    Fill present = fills.get(place);
    if (present != null && joinable.test(present)) {
      return present;
    }
    Function<@Nullable Fill, Fill> choose =
        other -> other != null && joinable.test(other) ? other : start.get();
    return fills.compute(place, (_, other) -> choose.apply(other));
  }

  /**
   * Where requests that this one can share an answer with look for its fill, nothing being stored
   * for it.
   *
   * @param seen what the newest stored response under the key was selected by, or null
   */
  Place placeOf(CacheKey key, RequestHead request, @Nullable Variant seen) {
    Place first = new Place(key, null);
    Fill there = fills.get(first);
    Variant known = there == null ? seen : there.variant();
    return known == null || VaryRule.matches(known, request)
        ? first
        : new Place(key, VaryRule.like(known, request));
  }

  /** Puts a fill at a place where another one would fetch the same. */
  void enter(Place place, Fill fill) {
    fills.put(place, fill);
  }

  /** Gives up the place, if it is still the fill's. */
  void remove(Place place, Fill fill) {
    fills.remove(place, fill);
  }

  /** How many fills can be joined. */
  int size() {
    return fills.size();
  }

  /**
   * From now on for a while, requests for the key do not wait for each other.
   *
   * @param why the last answer could not be stored
   */
  void unshared(CacheKey key, Reason why) {
    unshared.put(key, why);
  }

  /** The key's answers can be shared after all. */
  void shared(CacheKey key) {
    unshared.invalidate(key);
  }

  /** Whether the key's last answer could not be shared. */
  boolean isUnshared(CacheKey key) {
    return unshared.getIfPresent(key) != null;
  }

  /** Why the key's last answer was not stored, where requests do not wait because of it. */
  @Nullable Reason whyUnshared(CacheKey key) {
    return unshared.policy().getIfPresentQuietly(key);
  }

  /** Whether a fill is at the place. */
  boolean filling(Place place) {
    return fills.containsKey(place);
  }

  /** From now on for a while, the key's response is not asked for in slices. */
  void unsliced(CacheKey key) {
    unsliced.put(key, Boolean.TRUE);
  }

  /** Whether the key's response could not be had in slices. */
  boolean isUnsliced(CacheKey key) {
    return unsliced.getIfPresent(key) != null;
  }
}
