package io.nearcast.loadtest.feed;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedFollower;
import io.nearcast.config.feed.FeedListener;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.NodeIdentity;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.lease.NodeLease;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An edge without a data plane: it follows the feed as edges do, enters purges into an index as
 * edges have it, keeps its last good copy on disk, reports, and holds a lease; but it serves
 * nobody.
 *
 * <p>{@link #applied} is for any thread.
 */
final class LightNode implements FeedListener, AutoCloseable {
  /** Where all of them say that they stand. */
  static final String POP = "load";

  private final String id;
  private final PurgeIndex purges = new PurgeIndex();
  private final FeedFollower follower;
  private Routes routes = Routes.none();

  /**
   * Starts it; it is at the head of the log when this returns.
   *
   * @param directory made here, for this node alone
   */
  LightNode(String id, int number, URI controlPlane, String token, Path directory)
      throws IOException {
    this.id = id;
    NodeIdentity identity =
        new NodeIdentity(id, NodeRole.EDGE, POP, "127.0.0.1:" + (10_000 + number));
    follower =
        FeedFollower.start(
            identity,
            List.of(controlPlane),
            () -> token,
            Files.createDirectory(directory),
            this,
            NodeLease.ofSystemClocks());
  }

  /** The last sequence whose purges this node heeds. */
  long applied() {
    return purges.applied().sequence();
  }

  @Override
  public void snapshot(FeedState state) {
    routes = Routes.of(state, id);
    purges.reset(new Position(state.log(), state.sequence()));
  }

  @Override
  public void entries(List<FeedEntry> entries, FeedState after) {
    routes = Routes.of(after, id);
    for (FeedEntry entry : entries) {
      if (entry.change() instanceof Change.PurgeIssued purge) {
        Route route = routes.service(purge.service());
        if (route != null) {
          purges.enter(
              purge.service(), purge.soft(), purge.selectors(), entry.sequence(), route::key);
        }
      }
    }
    purges.applied(new Position(after.log(), after.sequence()));
  }

  /** It has no use for other nodes. */
  @Override
  public void fleet(Fleet fleet) {}

  @Override
  public void close() {
    follower.close();
  }
}
