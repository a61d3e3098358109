package io.nearcast.control.fleet;

import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.control.store.FleetCatalogue;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the catalogue of services beside the store as the fleet is: what has changed, at most
 * {@value #CHANGES_MAX} nodes in a period, and everything when this control plane begins to lead.
 * Only the one that leads does. Nothing else waits for it.
 *
 * <p>Has one thread of its own, to which all but {@code stopped} belongs.
 */
public final class CataloguePublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CataloguePublisher.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(10);

  /** How many nodes are entered or taken out in a period. */
  private static final int CHANGES_MAX = 50;

  /** For how many periods it is taken for granted that this control plane leads. */
  private static final int LEAD_PERIODS = 5;

  private final Store store;
  private final FleetCatalogue catalogue;
  private final Supplier<List<NodeStatus>> fleet;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("catalogue").unstarted(this::run);

  /** What is entered, by id; null while another control plane leads. */
  private @Nullable Map<String, Shown> shown;

  private int sinceLead;
  private boolean failing;

  /** What the catalogue says of a node. */
  private record Shown(NodeRole role, String pop, NodeState state, String address) {
    static Shown of(NodeStatus node) {
      return new Shown(node.role(), node.pop(), node.state(), node.address());
    }
  }

  private CataloguePublisher(
      Store store, FleetCatalogue catalogue, Supplier<List<NodeStatus>> fleet) {
    this.store = store;
    this.catalogue = catalogue;
    this.fleet = fleet;
  }

  /** Begins, where the store has a catalogue at all. */
  public static AutoCloseable start(Store store, Members members) {
    FleetCatalogue catalogue = store.catalogue();
    if (catalogue == null) {
      return () -> {};
    }
    return start(store, catalogue, () -> members.fleet().nodes());
  }

  static CataloguePublisher start(
      Store store, FleetCatalogue catalogue, Supplier<List<NodeStatus>> fleet) {
    CataloguePublisher publisher = new CataloguePublisher(store, catalogue, fleet);
    publisher.thread.start();
    return publisher;
  }

  private void run() {
    try {
      Duration pause = PERIOD;
      while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        pause = publish() ? PERIOD : RETRY;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it went well. */
  private boolean publish() {
    try {
      if (leads()) {
        Map<String, Shown> known = shown == null ? takeOver() : shown;
        shown = known;
        bringUpToDate(known);
      } else {
        shown = null;
      }
      failing = false;
      return true;
    } catch (StoreFailure e) {
      if (!failing) {
        LOG.warn("the fleet is not shown in the catalogue now, tries on: {}", e.getMessage());
      }
      failing = true;
      return false;
    }
  }

  private boolean leads() {
    if (shown != null && ++sinceLead < LEAD_PERIODS) {
      return true;
    }
    sinceLead = 0;
    return store.leads();
  }

  /** What is entered already is not known, but for the ids: all of it counts as changed. */
  private Map<String, Shown> takeOver() {
    Map<String, Shown> found = new HashMap<>();
    Shown unknown = new Shown(NodeRole.ROUTER, "", NodeState.DOWN, "");
    catalogue.ids().forEach(id -> found.put(id, unknown));
    return found;
  }

  private void bringUpToDate(Map<String, Shown> known) {
    Map<String, NodeStatus> now = new LinkedHashMap<>();
    fleet.get().forEach(node -> now.put(node.id(), node));
    int changes = 0;
    for (String id : Set.copyOf(known.keySet())) {
      if (!now.containsKey(id) && changes++ < CHANGES_MAX) {
        catalogue.remove(id);
        known.remove(id);
      }
    }
    for (NodeStatus node : now.values()) {
      Shown wanted = Shown.of(node);
      if (!wanted.equals(known.get(node.id())) && changes++ < CHANGES_MAX) {
        catalogue.put(node);
        known.put(node.id(), wanted);
      }
    }
  }

  /** Stops; the catalogue stays as it is, for others to go on from. */
  @Override
  public void close() {
    stopped.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
