package io.nearcast.control.ledger;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.FeedState.ActiveService;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.Pop;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.Store;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the feed's state as documents, one for each service, PoP and so on, written by the same
 * commits as the entries that change it. So a start reads the state and not the whole log.
 */
final class StateDocuments {
  private static final String SERVICES = "state/services/";
  private static final String POPS = "state/pops/";
  private static final String DRAINED = "state/drained/";
  private static final String TIER_KEY = "state/tier-key";

  private StateDocuments() {}

  private record Key(String key) {}

  private record Drained(boolean drained) {}

  /** Writes what a change has changed. */
  static void write(Change change, FeedState after, Draft draft) {
    switch (change) {
      case Change.ServiceActivated(int version, var service) ->
          draft.put(SERVICES + service.name(), new ActiveService(version, service));
      case Change.ServiceRemoved(String name) -> draft.delete(SERVICES + name);
      case Change.PopChanged(Pop pop) -> draft.put(POPS + pop.name(), pop);
      case Change.PopRemoved(String name) -> draft.delete(POPS + name);
      case Change.NodeDrained(String node, boolean drained) -> {
        if (drained) {
          draft.put(DRAINED + node, new Drained(true));
        } else {
          draft.delete(DRAINED + node);
        }
      }
      case Change.TierKeyChanged(String key) -> draft.put(TIER_KEY, new Key(key));
      case Change.PurgeIssued _, Change.WarmOrdered _ -> {}
    }
  }

  /** Reads the state at a position, which nobody may change meanwhile. */
  static FeedState read(Store store, Position position) {
    Map<String, ActiveService> services = new HashMap<>();
    store.each(
        SERVICES,
        document -> {
          ActiveService active = read(ActiveService.class, document);
          services.put(active.service().name(), active);
        });
    Map<String, Pop> pops = new HashMap<>();
    store.each(
        POPS,
        document -> {
          Pop pop = read(Pop.class, document);
          pops.put(pop.name(), pop);
        });
    Set<String> drained = new HashSet<>();
    store.each(DRAINED, document -> drained.add(document.key().substring(DRAINED.length())));
    return new FeedState(position.log(), position.head(), services, pops, drained, tierKey(store));
  }

  private static @Nullable String tierKey(Store store) {
    byte[] value = store.read(TIER_KEY);
    return value == null ? null : Documents.readJson(Key.class, value).key();
  }

  private static <T> T read(Class<T> type, Document document) {
    return Documents.readJson(type, Objects.requireNonNull(document.value()));
  }
}
