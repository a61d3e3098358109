package io.nearcast.control.compaction;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.model.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The newest hard and the newest soft purge of every selector that was ever purged, within a bound.
 *
 * <p>Beyond the bound nothing is dropped (PURGE.md rule 5): the older half of the service that has
 * most becomes one stamp for all of that service, which costs nodes only what they stored before
 * it. Where no service has more than a few, the horizon rises instead.
 *
 * <p>Nodes compare URLs, prefixes and hosts by the key policy that they have now. When a service
 * changes what its keys are made of, these stamps therefore become one for all of the service.
 *
 * <p>Not thread-safe. Entries may be applied twice, for each is only the newest of its kind.
 */
public final class PurgeStamps {
  private static final Selector EVERYTHING = new Selector.Everything();
  private static final int SERVICE_MIN = 2;

  private final int stampsMax;
  private final Map<String, Map<Selector, Stamp>> services = new HashMap<>();

  /** The documents that the selectors of each service were meant for. */
  private final Map<String, Service> documents = new HashMap<>();

  private long horizon;
  private int size;

  private record Stamp(long hard, long soft) {
    Stamp merge(Stamp other) {
      return new Stamp(Math.max(hard, other.hard), Math.max(soft, other.soft));
    }

    long newest() {
      return Math.max(hard, soft);
    }
  }

  /**
   * @param stampsMax the most stamps that are kept apart, at least 4
   */
  public PurgeStamps(int stampsMax) {
    this.stampsMax = stampsMax;
  }

  /** How many stamps are kept apart. */
  int size() {
    return size;
  }

  /** All of them. */
  public KnownPurges known() {
    List<SelectorStamp> all = new ArrayList<>(size);
    services.forEach((service, stamps) ->
        stamps.forEach((selector, stamp) ->
            all.add(new SelectorStamp(service, selector, stamp.hard(), stamp.soft()))));
    return new KnownPurges(horizon, all);
  }

  /** Takes in what was kept earlier. */
  public void add(KnownPurges known) {
    horizon = Math.max(horizon, known.horizon());
    for (SelectorStamp stamp : known.stamps()) {
      put(stamp.service(), stamp.selector(), new Stamp(stamp.hard(), stamp.soft()));
    }
  }

  /** Takes in an entry of the log. */
  public void apply(FeedEntry entry) {
    switch (entry.change()) {
      case Change.PurgeIssued purge -> {
        long sequence = entry.sequence();
        Stamp stamp = purge.soft() ? new Stamp(0, sequence) : new Stamp(sequence, 0);
        purge.selectors().forEach(selector -> put(purge.service(), selector, stamp));
      }
      case Change.ServiceActivated(int _, Service service) -> {
        Service before = documents.put(service.name(), service);
        if (before == null || !before.hasSameKeys(service)) {
          broaden(service.name());
        }
      }
      case Change.ServiceRemoved(String name) -> documents.remove(name);
      case Change.PopChanged _,
          Change.PopRemoved _,
          Change.NodeDrained _,
          Change.WarmOrdered _,
          Change.TierKeyChanged _ -> {}
    }
  }

  private void put(String service, Selector selector, Stamp stamp) {
    Map<Selector, Stamp> stamps = services.computeIfAbsent(service, _ -> new HashMap<>());
    if (selector.equals(EVERYTHING)) {
      // A purge of everything makes what is older pointless.
      remove(stamps, older -> older.newest() <= stamp.hard());
    }
    int before = stamps.size();
    stamps.merge(selector, stamp, Stamp::merge);
    size += stamps.size() - before;
    while (size > stampsMax) {
      reduce();
    }
  }

  private void remove(Map<Selector, Stamp> stamps, Predicate<Stamp> which) {
    int before = stamps.size();
    stamps.values().removeIf(which);
    size -= before - stamps.size();
  }

  /** Makes one stamp of those that depend on what keys are made of: of all but tags. */
  private void broaden(String service) {
    Map<Selector, Stamp> stamps = services.getOrDefault(service, Map.of());
    merge(service, stamps.keySet().stream().filter(s -> !(s instanceof Selector.Tag)).toList());
  }

  /** Puts one stamp for all of a service in the place of some. */
  private void merge(String service, List<Selector> selectors) {
    Map<Selector, Stamp> stamps = services.getOrDefault(service, Map.of());
    Stamp broad = new Stamp(0, 0);
    for (Selector selector : selectors) {
      Stamp narrow = stamps.remove(selector);
      if (narrow != null) {
        broad = broad.merge(narrow);
        size--;
      }
    }
    if (broad.newest() > 0) {
      put(service, EVERYTHING, broad);
    }
  }

  private void reduce() {
    String largest =
        services.keySet().stream()
            .max(Comparator.comparingInt(name -> services.getOrDefault(name, Map.of()).size()))
            .orElseThrow();
    List<Selector> oldestFirst = oldestFirst(largest);
    if (oldestFirst.size() > SERVICE_MIN) {
      int half = Math.max(SERVICE_MIN, oldestFirst.size() / 2);
      merge(largest, oldestFirst.subList(0, half));
    } else {
      raiseHorizon();
    }
  }

  private List<Selector> oldestFirst(String service) {
    return services.getOrDefault(service, Map.of()).entrySet().stream()
        .filter(entry -> !entry.getKey().equals(EVERYTHING))
        .sorted(Comparator.comparingLong(entry -> entry.getValue().newest()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Lets go of the older half of all stamps; what was stored before them counts as purged. */
  private void raiseHorizon() {
    long[] sequences =
        services.values().stream()
            .flatMap(stamps -> stamps.values().stream())
            .mapToLong(Stamp::newest)
            .sorted()
            .toArray();
    long median = sequences[sequences.length / 2];
    horizon = Math.max(horizon, median);
    services.values().forEach(stamps -> remove(stamps, stamp -> stamp.newest() <= median));
    services.values().removeIf(Map::isEmpty);
  }
}
