package io.nearcast.edge.purge;

import io.nearcast.edge.purge.PurgeStamp.Kind;
import io.nearcast.edge.rules.CacheKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The purge stamps of one service: for each selector the newest hard and the newest soft one, kept
 * apart (PURGE.md rule 4).
 *
 * <p>Written by one thread, read by any. A reader that has seen the index's applied sequence sees
 * every stamp up to it. At most a given number of selectors are kept apart; beyond it all of them
 * are merged into one stamp for the whole service, never dropped (rule 5).
 */
final class Stamps {
  /** The bound of a node. */
  static final int SELECTORS_MAX = 100_000;

  /**
   * One selector's stamps.
   *
   * @param hard the sequence of the newest hard purge, 0 for none
   * @param soft the sequence of the newest soft purge, 0 for none
   */
  private record Stamp(long hard, long soft) {
    static final Stamp NONE = new Stamp(0, 0);

    static Stamp of(long sequence, boolean soft) {
      return soft ? new Stamp(0, sequence) : new Stamp(sequence, 0);
    }

    Stamp merge(Stamp other) {
      return new Stamp(Math.max(hard, other.hard), Math.max(soft, other.soft));
    }

    long newest() {
      return Math.max(hard, soft);
    }
  }

  private final ConcurrentMap<String, Stamp> urls = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Stamp> tags = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Stamp> hosts = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Stamp> prefixes = new ConcurrentHashMap<>();
  private final AtomicInteger selectors = new AtomicInteger();
  private final int selectorsMax;

  /** How many prefixes have each length, so that a look-up tries only lengths that exist. */
  private volatile int[] prefixLengths = {};

  private volatile Stamp everything = Stamp.NONE;
  private volatile long newestTag;

  /**
   * @param selectorsMax how many selectors are kept apart, at least 1
   */
  Stamps(int selectorsMax) {
    this.selectorsMax = selectorsMax;
  }

  void enter(PurgeStamp entered) {
    Stamp stamp = Stamp.of(entered.sequence(), entered.soft());
    switch (entered.kind()) {
      case URL -> put(urls, entered.name(), stamp);
      case HOST -> put(hosts, entered.name(), stamp);
      case TAG -> {
        put(tags, entered.name(), stamp);
        newestTag = Math.max(newestTag, entered.sequence());
      }
      case PREFIX -> {
        put(prefixes, entered.name(), stamp);
        noteLength(entered.name().length());
      }
      case EVERYTHING -> everything = everything.merge(stamp);
    }
  }

  private void noteLength(int length) {
    int[] known = prefixLengths;
    // None is kept where the stamp has just been merged: its prefix is gone, too.
    if (!prefixes.isEmpty() && Arrays.stream(known).noneMatch(one -> one == length)) {
      int[] more = Arrays.copyOf(known, known.length + 1);
      more[known.length] = length;
      prefixLengths = more;
    }
  }

  /** Adds all that is kept to a list. */
  void collect(String service, List<PurgeStamp> all) {
    collect(service, Kind.URL, urls, all);
    collect(service, Kind.TAG, tags, all);
    collect(service, Kind.HOST, hosts, all);
    collect(service, Kind.PREFIX, prefixes, all);
    collect(service, Kind.EVERYTHING, Map.of("", everything), all);
  }

  private static void collect(
      String service, Kind kind, Map<String, Stamp> stamps, List<PurgeStamp> all) {
    stamps.forEach((name, stamp) -> {
      if (stamp.hard() > 0) {
        all.add(new PurgeStamp(service, kind, name, stamp.hard(), false));
      }
      if (stamp.soft() > 0) {
        all.add(new PurgeStamp(service, kind, name, stamp.soft(), true));
      }
    });
  }

  /** How many selectors are kept apart. */
  int size() {
    return selectors.get();
  }

  private void put(ConcurrentMap<String, Stamp> stamps, String name, Stamp stamp) {
    Stamp before = stamps.get(name);
    stamps.put(name, before == null ? stamp : before.merge(stamp));
    if (before == null && selectors.incrementAndGet() > selectorsMax) {
      mergeAll();
    }
  }

  private void mergeAll() {
    merge(List.of(urls, tags, hosts, prefixes));
  }

  /**
   * Merges all that is said by keys, tags are not.
   *
   * @return whether there was anything
   */
  boolean broaden() {
    return merge(List.of(urls, hosts, prefixes));
  }

  private boolean merge(List<ConcurrentMap<String, Stamp>> kinds) {
    Stamp all = everything;
    int merged = 0;
    for (var stamps : kinds) {
      for (Stamp stamp : stamps.values()) {
        all = all.merge(stamp);
        merged++;
      }
    }
    // The broad stamp stands before the narrow ones go, so that no reader misses both.
    everything = all;
    kinds.forEach(ConcurrentMap::clear);
    prefixLengths = new int[0];
    selectors.addAndGet(-merged);
    return merged > 0;
  }

  /** What holds for a response that was asked for after {@code since} had been applied. */
  Verdict check(CacheKey key, String[] objectTags, long since) {
    Stamp stamp = matching(key);
    for (int i = 0; i < objectTags.length && stamp.hard() <= since; i++) {
      stamp = merge(stamp, tags.get(objectTags[i]));
    }
    // The broad stamp last: where a merge goes on meanwhile, it is set before the others vanish.
    stamp = stamp.merge(everything);
    return stamp.hard() > since
        ? Verdict.HARD
        : stamp.soft() > since ? Verdict.SOFT : Verdict.VALID;
  }

  /** The newest stamp, hard or soft, that could be about the key, whatever its tags are. */
  long newest(CacheKey key) {
    long newest = Math.max(matching(key).newest(), newestTag);
    return Math.max(newest, everything.newest());
  }

  /** Stamps by URL, host and prefix. */
  private Stamp matching(CacheKey key) {
    Stamp stamp = Stamp.NONE;
    if (selectors.get() == 0) {
      return stamp;
    }
    String url = key.url();
    stamp = merge(stamp, urls.get(url));
    stamp = merge(stamp, hosts.get(key.host()));
    for (int length : prefixLengths) {
      if (length <= url.length()) {
        stamp = merge(stamp, prefixes.get(url.substring(0, length)));
      }
    }
    return stamp;
  }

  private static Stamp merge(Stamp stamp, @Nullable Stamp other) {
    return other == null ? stamp : stamp.merge(other);
  }
}
