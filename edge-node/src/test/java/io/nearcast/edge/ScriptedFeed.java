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
    long sequence = state.sequence() + 1;
    Change purge = new Change.PurgeIssued("p" + sequence, "shop", soft, List.of(selectors));
    FeedEntry entry = new FeedEntry(sequence, Instant.EPOCH, purge);
    state = state.apply(entry);
    agent.entries(List.of(entry), state);
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
