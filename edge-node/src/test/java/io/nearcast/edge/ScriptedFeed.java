package io.nearcast.edge;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.model.Service;
import io.nearcast.edge.agent.Agent;
import io.nearcast.edge.agent.Sweeper;
import io.nearcast.edge.flow.Engine;
import io.nearcast.edge.purge.OwnPurgeLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** One node's view of the feed: a test says which entries have come to it. */
final class ScriptedFeed implements AutoCloseable {
  /** What was reported: a purge's id, then how many it hit. */
  final Queue<String> matched = new ConcurrentLinkedQueue<>();

  /** The warms that were to be carried out. */
  final Queue<Change.WarmOrdered> warms = new ConcurrentLinkedQueue<>();

  private final Agent agent;
  private final Sweeper sweeper;
  private FeedState state = FeedState.empty("none");

  ScriptedFeed(TestNode node) {
    Engine engine = node.engine();
    sweeper =
        new Sweeper(
            engine,
            OwnPurgeLog.none(engine.parts().ownPurges()),
            (id, count) -> matched.add(id + ' ' + count));
    agent = new Agent("edge-1", engine, engine.parts().tiers(), sweeper, false, warms::add);
  }

  /** The node follows this log from here, with one service. */
  ScriptedFeed snapshot(String log, long sequence, Service service) {
    state =
        new FeedState(
            log,
            sequence,
            Map.of(service.name(), new FeedState.ActiveService(1, service)),
            Map.of(),
            java.util.Set.of(),
            null);
    agent.snapshot(state);
    return this;
  }

  /** The next entry has come: a purge. */
  void purge(boolean soft, Selector... selectors) {
    changes(purged(soft, selectors));
  }

  /** A purge, for {@link #changes}. */
  static Change purged(boolean soft, Selector... selectors) {
    return new Change.PurgeIssued("p", "shop", soft, List.of(selectors));
  }

  /** The next entries have come, in one batch. */
  void changes(Change... changes) {
    List<FeedEntry> entries = new ArrayList<>();
    for (Change change : changes) {
      long sequence = state.sequence() + 1;
      Change named =
          change instanceof Change.PurgeIssued purge
              ? new Change.PurgeIssued(
                  "p" + sequence, purge.service(), purge.soft(), purge.selectors())
              : change;
      FeedEntry entry = new FeedEntry(sequence, Instant.EPOCH, named);
      state = state.apply(entry);
      entries.add(entry);
    }
    agent.entries(entries, state);
  }

  /** The node was away for longer than the log reaches, and gets what still matters. */
  void leap(long sequence, long horizon, SelectorStamp... missed) {
    state =
        new FeedState(
            state.log(),
            sequence,
            state.services(),
            state.pops(),
            state.drained(),
            state.tierKey());
    agent.leap(state, new KnownPurges(horizon, List.of(missed)));
  }

  /** The fleet has changed. */
  void fleet(Fleet fleet) {
    agent.fleet(fleet);
  }

  @Override
  public void close() {
    sweeper.close();
  }
}
