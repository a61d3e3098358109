package io.nearcast.control.fleet;

import static java.time.temporal.ChronoUnit.MILLIS;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.json.Documents;
import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.config.lease.LeaseTerms;
import io.nearcast.control.fleet.ReplicaRecord.Progress;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Draft;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.Document;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that are members. A node becomes one by its first report and is one until it says that
 * it leaves or somebody removes it; what it says in between is kept in memory only.
 *
 * <p>A node id belongs to the process that reported it first. Another process that reports the same
 * id is refused while the first one still reports, and takes over once that has been silent for
 * {@link #TAKEOVER_NANOS}, as after a crash.
 *
 * <p>Thread-safe: {@code nodes} is guarded by {@code lock}, membership changes are decisions of the
 * ledger.
 */
public final class Members {
  /** The most nodes that can be members. */
  public static final int MEMBERS_MAX = 10_000;

  static final long TAKEOVER_NANOS = Fleet.DOWN_AFTER.toNanos() / 2;

  private static final String PREFIX = "nodes/";

  /** What a node's progress has as JSON beside its texts, amply. */
  private static final int PROGRESS_BYTES = 64;

  private final Ledger ledger;
  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<String, Node> nodes = new TreeMap<>();
  private final Leases leases;
  private final RecentHeads recent = new RecentHeads();
  private final LeftProcesses left = new LeftProcesses();
  private long moves;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  private Members(Ledger ledger, LongSupplier nanoClock) {
    this.ledger = ledger;
    this.nanoClock = nanoClock;
    FeedState state = ledger.state();
    leases = Leases.of(ledger.store(), state.log(), state.sequence(), nanoClock.getAsLong());
  }

  /**
   * Reads the members and follows the ledger from then on. None of them is called down before
   * {@link Fleet#DOWN_AFTER} from now.
   *
   * @param nanoClock monotonic, in nanoseconds
   */
  public static Members open(Ledger ledger, LongSupplier nanoClock) {
    Members members = new Members(ledger, nanoClock);
    ledger.listen(members::committed);
    ledger.each(PREFIX, members::apply);
    return members;
  }

  /** Has a listener called, from any thread, whenever something has changed. It must not block. */
  public void listen(Runnable listener) {
    listeners.add(listener);
  }

  private void changed() {
    listeners.forEach(Runnable::run);
  }

  private void committed(Committed committed) {
    boolean any = !committed.entries().isEmpty();
    for (Document document : committed.documents()) {
      if (document.key().startsWith(PREFIX)) {
        apply(document);
        any = true;
      }
    }
    if (any) {
      changed();
    }
  }

  private void apply(Document document) {
    String id = document.key().substring(PREFIX.length());
    byte[] value = document.value();
    lock.lock();
    try {
      if (value == null) {
        nodes.remove(id);
        return;
      }
      Member member = Documents.readJson(Member.class, value);
      Node node = nodes.get(id);
      if (node == null) {
        nodes.put(id, new Node(member, nanoClock.getAsLong()));
      } else {
        node.member(member);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes in what a node says of itself. When this returns, membership is durable.
   *
   * @return the lease that the report is worth, null for nodes that hold none and where none can be
   *     given now
   * @throws Refusal if another process uses the id, or there are too many members
   */
  public @Nullable LeaseGrant report(String id, NodeReport report) {
    if (report.leaving()) {
      leave(id, report.boot());
      return null;
    }
    if (!isKnown(id, report)) {
      join(id, report);
    }
    LeaseGrant lease = heard(id, report);
    changed();
    return lease;
  }

  private @Nullable LeaseGrant heard(String id, NodeReport report) {
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      Node node = nodes.get(id);
      if (node == null || !node.member().boot().equals(report.boot())) {
        return null;
      }
      Member member = node.member();
      long applied = applied(report);
      if (node.heard(report, applied, true, now)) {
        moves++;
      }
      recent.saw(head(), now);
      // One that follows nothing is not to hold up purges for ever; nor one whose control plane
      // does not follow the log any more.
      if (!member.isEdge() || applied < recent.longAgo(now) || !ledger.isOpen()) {
        return null;
      }
      // Counted first, then told from where on it has a lease (PURGE.md rule 18).
      OptionalLong watermark = leases.renew(member, applied, now);
      return watermark.isPresent()
          ? new LeaseGrant(ledger.state().log(), watermark.getAsLong(), LeaseTerms.TERM)
          : null;
    } finally {
      lock.unlock();
    }
  }

  /** What nodes have said to this control plane, for the others. */
  List<Notice.Heard> heardHere() {
    lock.lock();
    try {
      long now = nanoClock.getAsLong(); // later than all that was heard
      List<Notice.Heard> heard = new ArrayList<>();
      for (Node node : nodes.values()) {
        NodeReport report = node.heardHere(now);
        if (report != null) {
          Duration age = Duration.ofNanos(now - node.heardNanos());
          heard.add(Notice.Heard.of(node.member().id(), report, age.truncatedTo(MILLIS)));
        }
      }
      return heard;
    } finally {
      lock.unlock();
    }
  }

  /** Takes in what nodes have said to another control plane, unless it is known better here. */
  void heardElsewhere(List<Notice.Heard> heard) {
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      for (Notice.Heard word : heard) {
        Node node = nodes.get(word.id());
        long at = now - word.age().toNanos();
        if (node != null
            && node.member().boot().equals(word.report().boot())
            && at > node.heardNanos()) {
          node.heard(word.report(), applied(word.report()), false, at);
        }
      }
    } finally {
      lock.unlock();
    }
    changed();
  }

  /** The leases that are given here, and what is known of those of others. */
  Leases leases() {
    return leases;
  }

  /** The last sequence of the log, as this control plane knows it. */
  long head() {
    return ledger.state().sequence();
  }

  /** Grows whenever a node has told this control plane that it has applied more. */
  long moves() {
    lock.lock();
    try {
      return moves;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Nodes that have told this control plane lately that they have applied more.
   *
   * @param bytesMax about as much as they may have as JSON; the others are left out
   */
  List<Progress> progress(long sinceNanos, int bytesMax) {
    lock.lock();
    try {
      List<Progress> all = new ArrayList<>();
      long bytes = 0;
      for (Node node : nodes.values()) {
        Progress progress = node.progressSince(sinceNanos);
        if (progress != null) {
          bytes += PROGRESS_BYTES + progress.id().length() + progress.boot().length();
          if (bytes > bytesMax) {
            return all;
          }
          all.add(progress);
        }
      }
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Takes in what other control planes say in their records. */
  void heard(List<ReplicaRecord> records) {
    String log = ledger.state().log();
    long head = head();
    lock.lock();
    try {
      for (ReplicaRecord record : records) {
        for (Progress progress :
            log.equals(record.log()) ? record.progress() : List.<Progress>of()) {
          Node node = nodes.get(progress.id());
          if (node != null && node.member().boot().equals(progress.boot())) {
            long applied = Math.min(progress.applied(), head);
            node.progressed(applied);
            leases.applied(progress.id(), progress.boot(), applied);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    changed();
  }

  /** What counts as applied: nothing where the node follows another log. */
  private long applied(NodeReport report) {
    FeedState state = ledger.state();
    return state.log().equals(report.log())
        ? Math.min(report.appliedSequence(), state.sequence())
        : 0;
  }

  /** Whether the node is a member just as it reports; refuses a rival. */
  private boolean isKnown(String id, NodeReport report) {
    lock.lock();
    try {
      Node node = nodes.get(id);
      if (node == null) {
        return false;
      }
      Member member = node.member();
      if (!member.boot().equals(report.boot())) {
        refuseRival(node);
        return false;
      }
      return member.role() == report.role()
          && member.pop().equals(report.pop())
          && member.address().equals(report.address());
    } finally {
      lock.unlock();
    }
  }

  private void refuseRival(Node node) {
    long now = nanoClock.getAsLong();
    if (now - node.heardNanos() < TAKEOVER_NANOS) {
      node.rival(now);
      changed();
      throw new Refusal(
          Reason.CONFLICT,
          "another process reports as "
              + node.member().id()
              + ": give this one an id of its own, or wait until that one has ended");
    }
  }

  private void join(String id, NodeReport report) {
    ledger.write(draft -> {
      left.joins(draft, id, report.boot());
      Member old = draft.read(Member.class, PREFIX + id);
      if (old == null && count() >= MEMBERS_MAX) {
        throw new Refusal(Reason.OVERLOADED, "there are " + MEMBERS_MAX + " nodes already");
      }
      Member member = Member.joining(id, report, old, draft.feed().sequence());
      draft.put(PREFIX + id, member);
      return member;
    });
  }

  private int count() {
    lock.lock();
    try {
      return nodes.size();
    } finally {
      lock.unlock();
    }
  }

  private void leave(String id, String boot) {
    ledger.write(draft -> {
      Member member = draft.read(Member.class, PREFIX + id);
      if (member != null && member.boot().equals(boot)) {
        draft.delete(PREFIX + id);
        left.leaves(draft, id, boot);
      }
      return member;
    });
    lock.lock();
    try {
      leases.givenUp(id, boot);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a node out of the membership; it becomes a member again if it still reports. Where it may
   * hold a lease, purges wait for that to end.
   */
  public void remove(String id) {
    ledger.write(draft -> {
      require(draft, id);
      draft.delete(PREFIX + id);
      if (draft.feed().drained().contains(id)) {
        draft.append(new Change.NodeDrained(id, false));
      }
      return id;
    });
  }

  /** Has a node take no new clients, or take them again. */
  public void drain(String id, boolean drained) {
    ledger.write(draft -> {
      require(draft, id);
      if (draft.feed().drained().contains(id) != drained) {
        draft.append(new Change.NodeDrained(id, drained));
      }
      return id;
    });
  }

  private static void require(Draft draft, String id) {
    if (draft.read(Member.class, PREFIX + id) == null) {
      throw Refusal.absent("node", id);
    }
  }

  /** All members as they are now. */
  public Fleet fleet() {
    FeedState state = ledger.state();
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      List<NodeStatus> all = new ArrayList<>(nodes.size());
      for (Node node : nodes.values()) {
        all.add(status(node, state, now));
      }
      return new Fleet(all);
    } finally {
      lock.unlock();
    }
  }

  /** One member as it is now. */
  public NodeStatus get(String id) {
    NodeStatus found =
        fleet().nodes().stream().filter(node -> node.id().equals(id)).findFirst().orElse(null);
    if (found == null) {
      throw Refusal.absent("node", id);
    }
    return found;
  }

  private static NodeStatus status(Node node, FeedState state, long now) {
    Member member = node.member();
    return node.status(
        state.drained().contains(member.id()), state.pops().containsKey(member.pop()), now);
  }

  /**
   * What purges need to know; of the leases that other control planes give, what was heard last.
   */
  public Survey survey() {
    return survey(leases.othersFloor());
  }

  /**
   * What purges need to know, all of it as it is now. It proves a purge complete that was there
   * before.
   *
   * @throws io.nearcast.control.store.StoreFailure if the store does not answer
   */
  public Survey surveyNow() {
    return survey(leases.othersFloorNow());
  }

  private Survey survey(long othersFloor) {
    // Before the leases are looked at (PURGE.md rule 21).
    long head = ledger.state().sequence();
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      List<Survey.Standing> all = new ArrayList<>(nodes.size());
      for (Node node : nodes.values()) {
        if (node.member().role() != NodeRole.ROUTER) {
          all.add(standing(node, now));
        }
      }
      return new Survey(all, Math.min(leases.floor(head, now), othersFloor));
    } finally {
      lock.unlock();
    }
  }

  private Survey.Standing standing(Node node, long now) {
    Member member = node.member();
    return new Survey.Standing(
        member.id(),
        member.isEdge(),
        member.joined(),
        node.applied(),
        leases.holds(node, now),
        node.down(now));
  }

  /** In how many nanoseconds the next lease ends if nobody reports. */
  public long leaseEndsInNanos() {
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      return leases.changesInNanos(now);
    } finally {
      lock.unlock();
    }
  }

  /** In how many nanoseconds the fleet changes next if nobody says anything. */
  long changesInNanos() {
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      return nodes.values().stream()
          .mapToLong(node -> node.changesInNanos(now))
          .min()
          .orElse(Long.MAX_VALUE);
    } finally {
      lock.unlock();
    }
  }
}
