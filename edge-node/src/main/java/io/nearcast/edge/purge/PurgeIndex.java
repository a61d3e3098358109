package io.nearcast.edge.purge;

import io.nearcast.config.feed.Selector;
import io.nearcast.edge.purge.PurgeStamp.Kind;
import io.nearcast.edge.rules.CacheKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * All purge stamps of a node, and the sequence up to which they are complete. A purge is a stamp
 * here and never a walk: a response is compared with the stamps when it is about to be used.
 *
 * <p>Threads: one writer (the thread of the feed, or the admin endpoint's for the node's own
 * purges), any number of readers. The applied sequence is published after its stamps, so that a
 * reader who reads it first never misses one (PURGE.md rule 6).
 */
public final class PurgeIndex {

  /**
   * What had been applied at one moment.
   *
   * @param log the log that the sequence belongs to, null where the node follows none
   * @param sequence the last entry that was applied
   */
  public record Position(@Nullable String log, long sequence) {
    /** Before everything. */
    public static final Position NONE = new Position(null, 0);

    /** Whether both are of one log, so that their sequences can be compared. */
    public boolean sameLog(Position other) {
      return Objects.equals(log, other.log);
    }
  }

  /** While one log takes the place of another; no log has this name. */
  private static final Position BETWEEN_LOGS = new Position("", 0);

  private final ConcurrentMap<String, Stamps> services = new ConcurrentHashMap<>();
  private final int selectorsMax;
  private volatile Position applied = Position.NONE;
  private volatile long newest;
  private volatile long horizon;

  /** An index with the bound of all nodes. */
  public PurgeIndex() {
    this(Stamps.SELECTORS_MAX);
  }

  /**
   * @param selectorsMax how many selectors of a service are kept apart, at least 1; those beyond
   *     are merged (rule 5)
   */
  public PurgeIndex(int selectorsMax) {
    this.selectorsMax = selectorsMax;
  }

  /**
   * Forgets every stamp: whatever was stored before counts as purged, which the caller sees to
   * (rules 15 and 16).
   *
   * @param position what holds from now on; nothing asked for earlier is stored any more
   */
  public void reset(Position position) {
    if (!applied.sameLog(position)) {
      // Before the stamps go: whoever misses one of them sees by this that its log is gone.
      applied = BETWEEN_LOGS;
    }
    horizon = position.sequence();
    services.clear();
    newest = position.sequence();
    applied = position;
  }

  /**
   * Counts whatever was asked for before a sequence as purged, hard: purges up to there may have
   * been missed (rule 15). All other stamps stay.
   */
  public void raise(long sequence) {
    if (sequence > horizon) {
      horizon = sequence;
      newest = Math.max(newest, sequence); // so that what was checked before is checked again
    }
  }

  /**
   * The stamps of one purge. Pure.
   *
   * @param keyOf makes the key of host and target by the service's present policy
   */
  public static List<PurgeStamp> stamps(
      String service,
      boolean soft,
      List<Selector> selectors,
      long sequence,
      BiFunction<String, String, CacheKey> keyOf) {
    return selectors.stream()
        .map(selector ->
            switch (selector) {
              case Selector.Url(String host, String target) ->
                  new PurgeStamp(
                      service, Kind.URL, keyOf.apply(host, target).url(), sequence, soft);
              case Selector.Tag(String tag) ->
                  new PurgeStamp(service, Kind.TAG, tag, sequence, soft);
              case Selector.Prefix(String host, String target) ->
                  new PurgeStamp(
                      service, Kind.PREFIX, keyOf.apply(host, "/").host() + target, sequence, soft);
              case Selector.Host(String host) ->
                  new PurgeStamp(service, Kind.HOST, keyOf.apply(host, "/").host(), sequence, soft);
              case Selector.Everything _ ->
                  new PurgeStamp(service, Kind.EVERYTHING, "", sequence, soft);
            })
        .toList();
  }

  /** Enters the {@link #stamps} of one purge. */
  public void enter(
      String service,
      boolean soft,
      List<Selector> selectors,
      long sequence,
      BiFunction<String, String, CacheKey> keyOf) {
    enter(stamps(service, soft, selectors, sequence, keyOf));
  }

  /**
   * Enters stamps. They count from now on; the applied sequence is published by {@link
   * #applied(Position)}.
   */
  public void enter(List<PurgeStamp> stamps) {
    long latest = newest;
    for (PurgeStamp stamp : stamps) {
      services.computeIfAbsent(stamp.service(), _ -> new Stamps(selectorsMax)).enter(stamp);
      latest = Math.max(latest, stamp.sequence());
    }
    newest = latest;
  }

  /**
   * Merges a service's stamps by URL, host and prefix into one for the whole service: what they
   * were about is not known by the keys that the service has from now on.
   *
   * @param from the sequence from which on the service has other keys
   */
  public void broaden(String service, long from) {
    Stamps stamps = services.get(service);
    if (stamps != null && stamps.broaden()) {
      newest = Math.max(newest, from); // so that what was checked before is checked again
    }
  }

  /** All stamps that are kept, merged ones as what they were merged into. */
  public List<PurgeStamp> stamps() {
    List<PurgeStamp> all = new ArrayList<>();
    services.forEach((service, stamps) -> stamps.collect(service, all));
    return all;
  }

  /**
   * The stamps that are about a key or its tags, whether they are newer than what is stored or not;
   * for people, for it looks at all stamps of the service.
   */
  public List<PurgeStamp> about(CacheKey key, Collection<String> tags) {
    Stamps stamps = services.get(key.service());
    List<PurgeStamp> all = new ArrayList<>();
    if (stamps != null) {
      stamps.collect(key.service(), all);
    }
    all.removeIf(stamp -> !stamp.isAbout(key, tags));
    return all;
  }

  /** Publishes that everything up to the position has been entered. */
  public void applied(Position position) {
    applied = position;
  }

  /** What has been applied; read it before a look-up whose answer states it. */
  public Position applied() {
    return applied;
  }

  /** The newest stamp of all: a response that was checked at it needs no further check. */
  public long newest() {
    return newest;
  }

  /** Stamps up to here are forgotten: nothing that was asked for earlier may be stored (rule 3). */
  public long horizon() {
    return horizon;
  }

  /**
   * What the purges say of a response.
   *
   * @param since the sequence that was applied when it was asked for
   */
  public Verdict check(CacheKey key, String[] tags, long since) {
    Stamps stamps = services.get(key.service());
    if (since < horizon) {
      return Verdict.HARD;
    }
    return stamps == null ? Verdict.VALID : stamps.check(key, tags, since);
  }

  /**
   * What the purges say of a stored response, in one comparison where nothing was purged since it
   * was last checked (rule 2). Sequences of another log say nothing (rule 16).
   *
   * @param log the log that it was asked for in
   * @param since the sequence that was applied when it was asked for
   * @param checkedAt {@link #newest} as it was before it was last found valid, at first {@code
   *     since}
   */
  public Verdict verdict(
      CacheKey key, String[] tags, @Nullable String log, long since, long checkedAt) {
    Verdict verdict = checkedAt >= newest ? Verdict.VALID : check(key, tags, since);
    // Read last, so that stamps that have gone with their log are not missed.
    return Objects.equals(log, applied.log()) ? verdict : Verdict.HARD;
  }

  /** Whether what is as of a position may be stored (rules 3 and 16). */
  public boolean keeps(Position asOf) {
    return asOf.sequence() >= horizon && asOf.sameLog(applied);
  }

  /**
   * Whether a later request must not join a fill (rule 8).
   *
   * @param tags the response's tags, or null while its head has not come: then any tag stamp of the
   *     service counts
   * @param begin the sequence that was applied when the fill began
   */
  public boolean fenced(CacheKey key, String @Nullable [] tags, long begin) {
    if (newest <= begin) {
      return false;
    }
    return tags == null ? min(key) > begin : check(key, tags, begin) != Verdict.VALID;
  }

  /** The newest stamp that could matter to the key, never below the horizon (rule 9). */
  public long min(CacheKey key) {
    Stamps stamps = services.get(key.service());
    return Math.max(horizon, stamps == null ? 0 : stamps.newest(key));
  }

  /** How many selectors are kept apart, over all services. */
  public int size() {
    return services.values().stream().mapToInt(Stamps::size).sum();
  }
}
