package io.nearcast.loadtest.promise;

import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.config.lease.LeaseTerms;
import io.nearcast.control.fleet.LeaseBook;
import io.nearcast.control.fleet.Survey;
import io.nearcast.control.purge.Completion;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.loadtest.promise.SimStore.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A control plane with a store of its own. What a purge waits for is decided by the product's
 * {@link LeaseBook} and {@link Completion}.
 */
final class SimControl {
  private static final long TAKEOVER_MILLIS = 2_500;
  private static final long DOWN_MILLIS = 5_000;
  private static final int COUNTED_LATE_MILLIS = 900;

  private record Heard(long applied, long millis) {}

  final String id;
  private final World world;
  private final Timeline time;
  private final SimStore store;
  private boolean up = true;
  private LeaseBook leases = new LeaseBook(0, -LeaseTerms.COUNTED.toNanos());
  private final Map<String, Heard> heard = new HashMap<>();
  private final Set<Purge> open = new HashSet<>();

  SimControl(World world, String id, SimStore store) {
    this.world = world;
    this.time = world.time;
    this.id = id;
    this.store = store;
    look();
  }

  private void look() {
    if (up) {
      complete();
    }
    time.after(100, this::look);
  }

  private long nanos() {
    return time.millis() * 1_000_000;
  }

  // Life

  void crash() {
    up = false;
  }

  void start() {
    if (!up) {
      up = true;
      begin(Rule.START_WAITS_ONE_LEASE);
    }
  }

  private void begin(Rule waits) {
    heard.clear();
    long since = world.off(waits) ? nanos() - LeaseTerms.COUNTED.toNanos() : nanos();
    leases = new LeaseBook(store.head(), since);
  }

  /** An operator puts the backup in the place of the store, and starts on it. */
  void restore() {
    if (!store.restore()) {
      return;
    }
    open.retainAll(new HashSet<>(store.after(0)));
    // Whoever restores vouches for edges that the backup does not know, until they have reported.
    world.edges.stream()
        .filter(edge -> !store.members().containsKey(edge.id))
        .forEach(world::vouchFor);
    up = true;
    begin(Rule.NEW_LOG_WAITS_ONE_LEASE);
  }

  // The feed

  /**
   * Answers a node that follows the log.
   *
   * @param from where the node is, null if nowhere
   * @param answer takes what is done when the answer comes
   */
  void follow(SimNode node, @Nullable FeedState from, Consumer<Runnable> answer) {
    if (!up) {
      return;
    }
    String log = store.log();
    if (from == null
        || !log.equals(from.log())
        || from.sequence() < store.compactedTo()
        || from.sequence() > store.head()) {
      FeedSnapshot snapshot = store.snapshot();
      answer.accept(() -> node.feed().snapshot(snapshot));
      return;
    }
    List<FeedEntry> next = store.after(from.sequence()).stream().map(one -> one.entry).toList();
    answer.accept(() -> node.feed().entries(log, next));
  }

  // Purges

  @Nullable Purge accept(String service, Selector selector, boolean soft) {
    if (!up) {
      return null;
    }
    Purge purge = store.append(new Purge(store.head() + 1, service, selector, soft, time.tick()));
    open.add(purge);
    String log = store.log();
    for (SimNode node : world.nodes) {
      if (!time.isCut(id, node.id + "/feed")) {
        time.send(id, node.id, () -> node.feed().entries(log, List.of(purge.entry)));
      }
    }
    complete();
    return purge;
  }

  private void complete() {
    long head = store.head();
    List<Survey.Standing> standings = new ArrayList<>();
    store.members().forEach((node, member) -> standings.add(standing(node, member)));
    long floor = leases.floor(head, nanos());
    Survey survey =
        new Survey(standings, world.off(Rule.COMPLETION_WAITS_FOR_LEASES) ? head : floor);
    long served = Completion.passed(survey, null);
    long revalidated = Completion.passed(survey, 0L);
    open.removeIf(purge -> {
      if (purge.sequence > (purge.service.equals("serve") ? served : revalidated)) {
        return false;
      }
      world.completed(purge);
      return true;
    });
  }

  private Survey.Standing standing(String node, Member member) {
    Heard word = heard.get(node);
    return new Survey.Standing(
        node,
        member.edge(),
        member.joined(),
        word == null ? 0 : word.applied(),
        leases.holds(node, nanos()),
        word == null || time.millis() - word.millis() >= DOWN_MILLIS);
  }

  // Reports

  /**
   * Takes in what a node says of itself.
   *
   * @param grant takes the lease that it is given, if it is given one
   */
  void report(SimNode node, String boot, Position said, Consumer<LeaseGrant> grant) {
    if (!up) {
      return;
    }
    Member member = store.members().get(node.id);
    if (member == null || !member.boot().equals(boot)) {
      Heard before = heard.get(node.id);
      if (member != null && before != null && time.millis() - before.millis() < TAKEOVER_MILLIS) {
        return;
      }
      heard.remove(node.id);
      long joined = member == null ? store.head() : member.joined();
      member = new Member(boot, node.edge, joined, store.head());
      store.members().put(node.id, member);
    }
    long applied = store.log().equals(said.log()) ? Math.min(said.sequence(), store.head()) : 0;
    heard.put(node.id, new Heard(applied, time.millis()));
    if (node.edge) {
      long registered = world.off(Rule.REGISTERED_AT_THE_HEAD) ? 0 : member.registered();
      long watermark = renew(node.id, boot, registered, applied);
      grant.accept(new LeaseGrant(store.log(), watermark, LeaseTerms.TERM));
    }
    complete();
  }

  private long renew(String node, String boot, long registered, long applied) {
    long watermark = leases.renew(node, boot, registered, applied, nanos());
    if (world.off(Rule.COUNTED_FIRST)) {
      LeaseBook book = leases;
      book.givenUp(node, boot);
      time.after(COUNTED_LATE_MILLIS, () -> book.renew(node, boot, registered, applied, nanos()));
    }
    return watermark;
  }

  /** An operator takes a node out of the membership. */
  void remove(SimNode node) {
    Member member = store.members().get(node.id);
    if (!up || member == null) {
      return;
    }
    store.members().remove(node.id);
    if (world.off(Rule.REMOVED_AFTER_THE_LEASE)) {
      leases.givenUp(node.id, member.boot());
    }
    complete();
  }
}
