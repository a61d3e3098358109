package io.nearcast.loadtest.promise;

import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.config.lease.LeaseTerms;
import io.nearcast.control.fleet.LeaseBook;
import io.nearcast.control.fleet.Survey;
import io.nearcast.control.purge.Completion;
import io.nearcast.edge.purge.PurgeIndex.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A control plane with a store of its own. What a purge waits for is decided by the product's
 * {@link LeaseBook} and {@link Completion}.
 */
final class SimControl {
  private static final long TAKEOVER_MILLIS = 2_500;
  private static final long DOWN_MILLIS = 5_000;

  private record Member(String boot, boolean edge, long joined, long registered) {}

  private record Heard(long applied, long millis) {}

  /** What the store has, and what a backup of it has. */
  private record Kept(List<Purge> entries, Map<String, Member> members) {}

  private final World world;
  private final Timeline time;

  // In the store
  private String log = "log-1";
  private List<Purge> entries = new ArrayList<>();
  private Map<String, Member> members = new TreeMap<>();
  private long compactedTo;
  private @Nullable Kept backup;

  // In memory
  private boolean up = true;
  private LeaseBook leases = new LeaseBook(0, -LeaseTerms.COUNTED.toNanos());
  private final Map<String, Heard> heard = new HashMap<>();
  private final Set<Purge> open = new HashSet<>();

  SimControl(World world) {
    this.world = world;
    this.time = world.time;
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

  long head() {
    return entries.size();
  }

  // Life

  void crash() {
    up = false;
  }

  void start() {
    if (up) {
      return;
    }
    up = true;
    begin();
  }

  private void begin() {
    heard.clear();
    leases =
        world.off(Rule.START_WAITS_ONE_LEASE)
            ? new LeaseBook(head(), nanos() - LeaseTerms.COUNTED.toNanos())
            : new LeaseBook(head(), nanos());
  }

  void takeBackup() {
    backup = new Kept(List.copyOf(entries), Map.copyOf(members));
  }

  /** A store that was restored is a new log, unless that rule is out. */
  void restore() {
    Kept kept = backup;
    if (kept == null) {
      return;
    }
    entries = new ArrayList<>(kept.entries());
    members = new TreeMap<>(kept.members());
    open.retainAll(new HashSet<>(entries));
    if (!world.off(Rule.LOGS_HAVE_NAMES)) {
      log = "log-" + time.tick();
    }
    compactedTo = Math.min(compactedTo, head());
    // Whoever restores vouches for edges that the backup does not know, until they have reported.
    world.edges.stream().filter(edge -> !members.containsKey(edge.id)).forEach(world::vouchFor);
    up = true;
    begin();
  }

  void compact() {
    compactedTo = head();
  }

  // The feed

  void follow(Position from, Consumer<Runnable> answer, SimNode node) {
    if (!up) {
      return;
    }
    String mine = log;
    if (!log.equals(from.log()) || from.sequence() < compactedTo || from.sequence() > head()) {
      Position snapshot = new Position(mine, head());
      answer.accept(() -> node.snapshot(snapshot));
      return;
    }
    List<Purge> next = List.copyOf(entries.subList((int) from.sequence(), entries.size()));
    answer.accept(() -> node.entries(mine, next));
  }

  // Purges

  @Nullable Purge accept(String service, io.nearcast.config.feed.Selector selector, boolean soft) {
    if (!up) {
      return null;
    }
    Purge purge = new Purge(head() + 1, service, selector, soft, time.tick());
    entries.add(purge);
    open.add(purge);
    String mine = log;
    for (SimNode node : world.nodes) {
      if (!time.isCut(World.CONTROL, node.id + "/feed")) {
        time.send(World.CONTROL, node.id, () -> node.entries(mine, List.of(purge)));
      }
    }
    complete();
    return purge;
  }

  private void complete() {
    long head = head();
    List<Survey.Standing> standings = new ArrayList<>();
    members.forEach((id, member) -> {
      standings.add(standing(id, member));
    });
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

  private Survey.Standing standing(String id, Member member) {
    Heard word = heard.get(id);
    return new Survey.Standing(
        id,
        member.edge(),
        member.joined(),
        word == null ? 0 : word.applied(),
        leases.holds(id, nanos()),
        word == null || time.millis() - word.millis() >= DOWN_MILLIS);
  }

  // Reports

  @Nullable LeaseGrant report(SimNode node, String boot, Position said) {
    if (!up) {
      return null;
    }
    Member member = members.get(node.id);
    if (member == null || !member.boot().equals(boot)) {
      Heard before = heard.get(node.id);
      if (member != null && before != null && time.millis() - before.millis() < TAKEOVER_MILLIS) {
        return null;
      }
      heard.remove(node.id);
      member = new Member(boot, node.edge, member == null ? head() : member.joined(), head());
      members.put(node.id, member);
    }
    long applied = log.equals(said.log()) ? Math.min(said.sequence(), head()) : 0;
    heard.put(node.id, new Heard(applied, time.millis()));
    LeaseGrant grant = null;
    if (node.edge) {
      long watermark = leases.renew(node.id, boot, member.registered(), applied, nanos());
      grant = new LeaseGrant(log, watermark, LeaseTerms.TERM);
    }
    complete();
    return grant;
  }

  /** An operator takes a node out of the membership. */
  void remove(SimNode node) {
    Member member = members.get(node.id);
    if (!up || member == null) {
      return;
    }
    members.remove(node.id);
    if (world.off(Rule.REMOVED_AFTER_THE_LEASE)) {
      leases.givenUp(node.id, member.boot());
    }
    complete();
  }
}
