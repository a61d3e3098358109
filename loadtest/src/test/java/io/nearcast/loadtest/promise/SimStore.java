package io.nearcast.loadtest.promise;

import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.control.compaction.PurgeStamps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What control planes keep: the log and the members. What a snapshot has is decided by the
 * product's {@link PurgeStamps}.
 */
final class SimStore {
  static final String ID = "store";

  private static final int MANY = 20_000;

  /**
   * A member of the fleet.
   *
   * @param boot the process that uses the id
   * @param edge whether purges wait for it
   * @param joined the head when it became one
   * @param registered the head when this boot reported first
   */
  record Member(String boot, boolean edge, long joined, long registered) {}

  /**
   * What there is at a moment.
   *
   * @param index of the last change
   */
  record View(long index, String log, long head, Map<String, Member> members) {
    /** The same, whatever changes later. */
    View copy() {
      return new View(index, log, head, Map.copyOf(members));
    }
  }

  private record Backup(List<Purge> entries, Map<String, Member> members) {}

  private final World world;
  private String log = "log-1";
  private List<Purge> entries = new ArrayList<>();
  private Map<String, Member> members = new TreeMap<>();
  private PurgeStamps stamps;
  private long compactedTo;
  private long index;
  private @Nullable Backup backup;
  private final SimRecords records;

  SimStore(World world) {
    this.world = world;
    stamps = newStamps();
    records = new SimRecords(this);
  }

  /** The records of those who share it. */
  SimRecords records() {
    return records;
  }

  private PurgeStamps newStamps() {
    return new PurgeStamps(world.off(Rule.SNAPSHOTS_MERGE) ? MANY : world.stampsMax);
  }

  long head() {
    return entries.size();
  }

  long compactedTo() {
    return compactedTo;
  }

  /** What there is now; the members change as they do. */
  View view() {
    return new View(index, log, head(), members);
  }

  /** The entries after one sequence and up to another one. */
  List<Purge> between(long after, long upTo) {
    return after >= upTo ? List.of() : entries.subList((int) after, (int) upTo);
  }

  Purge append(String service, Selector selector, boolean soft) {
    Purge purge = new Purge(head() + 1, service, selector, soft, world.time.tick());
    entries.add(purge);
    stamps.apply(purge.entry);
    index++;
    return purge;
  }

  /** A process reports for the first time. */
  Member join(String id, String boot, boolean edge) {
    Member before = members.get(id);
    long joined = before == null ? head() : before.joined();
    boolean same = before != null && before.boot().equals(boot);
    Member member = new Member(boot, edge, joined, same ? before.registered() : head());
    members.put(id, member);
    index++;
    return member;
  }

  void leave(String id) {
    members.remove(id);
    index++;
  }

  /** What nodes need that cannot follow the log from where they are. */
  FeedSnapshot snapshot() {
    FeedState state = new FeedState(log, head(), Map.of(), Map.of(), Set.of(), null);
    KnownPurges known = stamps.known();
    if (world.off(Rule.SNAPSHOTS_MERGE)) {
      List<SelectorStamp> newest =
          known.stamps().stream()
              .sorted(Comparator.comparingLong(SimStore::newest).reversed())
              .limit(world.stampsMax)
              .toList();
      known = new KnownPurges(known.horizon(), newest);
    }
    return FeedSnapshot.of(state, world.snapshotsTell ? known : null);
  }

  private static long newest(SelectorStamp stamp) {
    return Math.max(stamp.hard(), stamp.soft());
  }

  void compact() {
    compactedTo = head();
  }

  void takeBackup() {
    backup = new Backup(List.copyOf(entries), Map.copyOf(members));
  }

  /**
   * A store that was restored is a new log, unless that rule is out.
   *
   * @return whether there was a backup
   */
  boolean restore() {
    Backup kept = backup;
    if (kept == null) {
      return false;
    }
    entries = new ArrayList<>(kept.entries());
    members = new TreeMap<>(kept.members());
    stamps = newStamps();
    entries.forEach(purge -> stamps.apply(purge.entry));
    if (!world.off(Rule.LOGS_HAVE_NAMES)) {
      log = "log-" + world.time.tick();
    }
    compactedTo = Math.min(compactedTo, head());
    return true;
  }
}
