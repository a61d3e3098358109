package io.nearcast.config.feed;

import io.nearcast.config.model.Pop;
import io.nearcast.config.model.Service;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that the feed has said up to one sequence, less the purges: what a snapshot carries and what
 * a node keeps on disk as its last good copy.
 *
 * <p>Immutable. Purges are events, not state: a node that starts from a state has nothing stored
 * that is older (PURGE.md rule 15).
 *
 * @param log the identity of the log (a UUID): states and sequences of different logs cannot be
 *     compared
 * @param sequence the last entry that is part of it, 0 for none
 * @param services the active version of each service, by its name
 * @param pops the PoPs by their name
 * @param drained the ids of the nodes that are to take no new clients
 * @param tierKey the secret between tiers, null before the first
 */
public record FeedState(
    String log,
    long sequence,
    Map<String, ActiveService> services,
    Map<String, Pop> pops,
    Set<String> drained,
    @Nullable String tierKey) {

  /**
   * A service as it is served.
   *
   * @param version counts from 1 within the service
   * @param service the whole document
   */
  public record ActiveService(int version, Service service) {}

  /** Copies the collections. */
  public FeedState {
    services = Map.copyOf(services);
    pops = Map.copyOf(pops);
    drained = Set.copyOf(drained);
  }

  /** The state before the first entry of a log. */
  public static FeedState empty(String log) {
    return new FeedState(log, 0, Map.of(), Map.of(), Set.of(), null);
  }

  /**
   * The state after one more entry.
   *
   * @throws IllegalArgumentException if the entry is not the next one (PURGE.md rule 14)
   */
  public FeedState apply(FeedEntry entry) {
    if (entry.sequence() != sequence + 1) {
      throw new IllegalArgumentException(
          "entry " + entry.sequence() + " does not follow " + sequence);
    }
    Map<String, ActiveService> newServices = services;
    Map<String, Pop> newPops = pops;
    Set<String> newDrained = drained;
    String newTierKey = tierKey;
    switch (entry.change()) {
      case Change.ServiceActivated(int version, Service service) -> {
        newServices = new HashMap<>(services);
        newServices.put(service.name(), new ActiveService(version, service));
      }
      case Change.ServiceRemoved(String name) -> {
        newServices = new HashMap<>(services);
        newServices.remove(name);
      }
      case Change.PopChanged(Pop pop) -> {
        newPops = new HashMap<>(pops);
        newPops.put(pop.name(), pop);
      }
      case Change.PopRemoved(String name) -> {
        newPops = new HashMap<>(pops);
        newPops.remove(name);
      }
      case Change.NodeDrained(String node, boolean drain) -> {
        newDrained = new HashSet<>(drained);
        if (drain) {
          newDrained.add(node);
        } else {
          newDrained.remove(node);
        }
      }
      case Change.TierKeyChanged(String key) -> newTierKey = key;
      case Change.PurgeIssued _, Change.WarmOrdered _ -> {}
    }
    return new FeedState(log, entry.sequence(), newServices, newPops, newDrained, newTierKey);
  }
}
