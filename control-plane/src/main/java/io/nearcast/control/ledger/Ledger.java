package io.nearcast.control.ledger;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.json.Documents;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.OutOfStep;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.StaleRevision;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where the control plane changes.
 *
 * <p>Requests hand in {@linkplain Decision decisions}. One thread takes all that wait, at most
 * {@value #GROUP_MAX}, lets each decide on top of the ones before, and writes the outcome as one
 * commit: so a hundred writers share one sync of the disk, and each decides on exactly the state
 * that it changes. Where another control plane has written first, the thread reads what that wrote
 * and lets the same decisions be taken again.
 *
 * <p>Where the store's answer to a commit is lost, the same commit is written again: the store
 * takes it at most once, and its id says whether it was taken before. So what a caller is told is
 * true; only where the store stays away for {@link #PATIENCE} does it hear that it is not known.
 * While the store is known to be away, changes are tried once and refused.
 *
 * <p>The state that readers see is always one that is durable. Thread-safe.
 */
public final class Ledger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
  private static final int GROUP_MAX = 256;
  private static final int QUEUE_MAX = 10_000;
  private static final int CATCH_UP_PAGE = 1_000;
  private static final int LOAD_TRIES_MAX = 10;
  private static final int TIER_KEY_BYTES = 32;

  /** How long a caller waits for its answer at most. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How long a commit whose answer was lost is tried again. */
  private static final Duration INSIST = Duration.ofSeconds(8);

  /** How long it may take to read what a part of the control plane starts from. */
  public static final Duration LOAD_MAX = Duration.ofMinutes(1);

  private static final long RETRY_MILLIS = 100;

  private final Store store;
  private final InstantSource clock;
  private final BlockingQueue<Task> queue = new LinkedBlockingQueue<>(QUEUE_MAX);
  private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicBoolean moved = new AtomicBoolean();
  private final Thread thread;
  private final Duration patience;
  private volatile FeedState state;
  private volatile boolean closed;
  private volatile boolean reachable = true;

  /** Who is told that it is out of step, and whether it is; both guarded by {@code listeners}. */
  private @Nullable Runnable renewal;

  private boolean outOfStep;

  /** The last revision that {@link #state} includes; belongs to the thread. */
  private long revision;

  /** The commit whose answer is being waited for, and whether it has been read back. */
  private @Nullable String sought;

  private boolean found;

  private Ledger(
      Store store, InstantSource clock, Duration patience, Position position, FeedState state) {
    this.store = store;
    this.clock = clock;
    this.patience = patience;
    this.state = state;
    revision = position.revision();
    thread = Thread.ofPlatform().name("ledger").unstarted(this::run);
  }

  /**
   * Reads the state of a store and begins to take decisions. A new log gets its first entry, the
   * key between tiers.
   *
   * @param store stays the caller's, who closes it after the ledger
   */
  public static Ledger open(Store store, InstantSource clock) {
    return open(store, clock, PATIENCE);
  }

  /** With another patience of callers than that of all control planes. */
  static Ledger open(Store store, InstantSource clock, Duration patience) {
    Ledger ledger = load(store, clock, patience);
    ledger.thread.start();
    store.watch(ledger::storeMoved);
    ledger.write(
        draft -> draft.feed().tierKey() == null ? draft.append(newTierKey()) : draft.nextSequence(),
        PATIENCE);
    return ledger;
  }

  /**
   * Reads the state while others may write: what they have written since it was begun is applied to
   * what was read, whether some of that was read already or not.
   */
  private static Ledger load(Store store, InstantSource clock, Duration patience) {
    for (int tries = 1; ; tries++) {
      Position position = store.position();
      FeedState state = StateDocuments.read(store, position);
      Ledger ledger = new Ledger(store, clock, patience, position, state);
      try {
        ledger.catchUp();
        return ledger;
      } catch (OutOfStep e) {
        if (tries == LOAD_TRIES_MAX) {
          throw new StoreFailure("the state cannot be read: " + e.getMessage(), e);
        }
      }
    }
  }

  private static Change newTierKey() {
    byte[] key = new byte[TIER_KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return new Change.TierKeyChanged(Base64.getUrlEncoder().withoutPadding().encodeToString(key));
  }

  /** The newest state that is durable. */
  public FeedState state() {
    return state;
  }

  /** Whether it takes decisions. */
  public boolean isOpen() {
    return !closed;
  }

  /** Whether the store answered when it was asked last: else changes are refused. */
  public boolean isStoreReachable() {
    return reachable;
  }

  /** How many decisions wait. */
  public int waiting() {
    return queue.size();
  }

  /** The documents, for reading. */
  public Store store() {
    return store;
  }

  /**
   * Hands over all documents whose keys begin with a prefix, for a listener to start from: it runs
   * on the ledger's thread, so that the listener is told later what is committed later.
   */
  public void each(String prefix, Consumer<Document> consumer) {
    write(
        draft -> {
          store.each(prefix, consumer);
          return prefix;
        },
        LOAD_MAX);
  }

  /** Has a listener told everything that becomes durable from now on. */
  public void listen(CommitListener listener) {
    listeners.add(listener);
  }

  /**
   * Has a decision taken and waits until what it changes is durable, at most {@link #PATIENCE}.
   *
   * @throws Refusal if the decision throws it, too many wait, or the store cannot be written; where
   *     it is not known whether it was written, the refusal says so
   */
  public <T extends @Nullable Object> T write(Decision<T> decision) {
    return write(decision, patience);
  }

  /** The same, for a decision that takes longer. */
  public <T extends @Nullable Object> T write(Decision<T> decision, Duration atMost) {
    return await(hand(decision), atMost.toNanos());
  }

  /**
   * Has decisions taken as by {@link #write}, all handed in before the first is waited for: so they
   * share commits as far as these have room. Each stands for itself: where one is refused, the
   * others are taken.
   *
   * @param decisions a few hundred at most
   * @param atMost how long to wait for all of them together
   * @throws Refusal the first one that there was
   */
  public void writeEach(List<? extends Decision<?>> decisions, Duration atMost) {
    long endNanos = System.nanoTime() + atMost.toNanos();
    List<Pending<?>> handed = new ArrayList<>(decisions.size());
    RuntimeException refused = null;
    for (Decision<?> decision : decisions) {
      try {
        handed.add(hand(decision));
      } catch (Refusal e) {
        refused = refused == null ? e : refused;
      }
    }
    for (Pending<?> pending : handed) {
      try {
        await(pending, endNanos - System.nanoTime());
      } catch (RuntimeException e) {
        refused = refused == null ? e : refused;
      }
    }
    if (refused != null) {
      throw refused;
    }
  }

  private <T extends @Nullable Object> Pending<T> hand(Decision<T> decision) {
    Pending<T> pending = new Pending<>(decision);
    if (closed || !queue.offer(pending)) {
      throw closed ? stopping() : new Refusal(Reason.OVERLOADED, "too many changes wait");
    }
    if (closed && queue.remove(pending)) {
      throw stopping();
    }
    return pending;
  }

  private static <T extends @Nullable Object> T await(Pending<T> pending, long nanos) {
    try {
      return pending.outcome().get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e);
    } catch (TimeoutException e) {
      throw pending.giveUp() ? StoreAway.unchanged("in time", e) : StoreAway.unknown("in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw pending.giveUp() ? stopping() : StoreAway.unknown("before the end", e);
    }
  }

  private static Refusal stopping() {
    return new Refusal(
        Reason.UNAVAILABLE, "the control plane is stopping, or reads its store anew");
  }

  /** Has what others may have written read soon, without waiting for news of it. */
  public void refresh() {
    storeMoved();
  }

  private void storeMoved() {
    if (moved.compareAndSet(false, true) && !queue.offer(Task.CatchUp.INSTANCE)) {
      // The queue is full of decisions, and whoever decides on an old revision catches up anyway.
      moved.set(false);
    }
  }

  private void run() {
    try {
      while (true) {
        List<Task> tasks = new ArrayList<>();
        tasks.add(queue.take());
        queue.drainTo(tasks, GROUP_MAX - 1);
        Deque<Pending<?>> group = new ArrayDeque<>();
        for (Task task : tasks) {
          switch (task) {
            case Pending<?> pending -> group.add(pending);
            case Task.CatchUp _ -> catchUpQuietly();
            case Task.Stop _ -> {
              decide(group);
              return;
            }
          }
        }
        decide(group);
      }
    } catch (InterruptedException e) {
      LOG.error("the ledger's thread was interrupted: no more changes are taken", e);
      closed = true;
    }
  }

  private void catchUpQuietly() {
    moved.set(false);
    try {
      catchUp();
    } catch (StoreFailure e) {
      lost(e);
    } catch (OutOfStep e) {
      LOG.warn("{}: everything is read anew", e.getMessage());
      end();
    } catch (RuntimeException e) {
      unreadable(e);
    }
  }

  /** What others have written is of a newer version, or broken. */
  private void unreadable(RuntimeException e) {
    LOG.error(
        "cannot take in what the store has: until it can be read, as by a control plane of the"
            + " version that wrote it, this one takes no changes and gives no leases",
        e);
    end();
  }

  /** Takes no more decisions: what they would be built on is not what the store has. */
  private void end() {
    Runnable told;
    synchronized (listeners) {
      if (outOfStep) {
        return;
      }
      outOfStep = true;
      told = renewal;
    }
    closed = true;
    if (told != null) {
      told.run();
    }
  }

  /**
   * Has somebody called once where the store does not go on from what this ledger knows, or goes on
   * with what it cannot read: it takes no more decisions then, and another one has to be opened.
   * The call comes from any thread and must not block.
   */
  public void onOutOfStep(Runnable told) {
    boolean already;
    synchronized (listeners) {
      renewal = told;
      already = outOfStep;
    }
    if (already) {
      told.run();
    }
  }

  private boolean isOutOfStep() {
    synchronized (listeners) {
      return outOfStep;
    }
  }

  private void lost(StoreFailure e) {
    if (reachable) {
      LOG.warn("the store does not answer, changes are refused until it does: {}", e.getMessage());
      reachable = false;
    }
  }

  private void back() {
    if (!reachable) {
      LOG.info("the store answers again, changes are taken");
      reachable = true;
    }
  }

  /** Decides and writes until every one of the group has its answer. */
  private void decide(Deque<Pending<?>> group) {
    group.removeIf(pending -> !pending.begin());
    int atOnce = GROUP_MAX;
    while (!group.isEmpty()) {
      if (closed && isOutOfStep()) {
        group.forEach(pending -> pending.fail(stopping()));
        return;
      }
      Draft draft = new Draft(store, state, clock.instant());
      List<Pending<?>> decided = new ArrayList<>();
      try {
        while (!group.isEmpty()
            && decided.size() < atOnce
            && decide(group.getFirst(), draft, decided)) {
          group.removeFirst();
        }
      } catch (StoreFailure e) {
        lost(e);
        group.forEach(pending -> pending.fail(StoreAway.unchanged(e)));
        group.clear();
      }
      if (write(draft, decided)) {
        atOnce = Math.min(GROUP_MAX, 2 * atOnce);
      } else {
        // Others were quicker: fewer are decided sooner, so that this one gets its turn, too.
        atOnce = Math.max(1, Math.min(atOnce, decided.size()) / 4);
        decided.reversed().forEach(group::addFirst);
      }
    }
  }

  /**
   * Takes one decision on top of a draft.
   *
   * @return false if the commit has no room for it: it is to be taken again for the next one
   * @throws StoreFailure if what it needs to know cannot be read
   */
  private boolean decide(Pending<?> pending, Draft draft, List<Pending<?>> decided) {
    Draft own = draft.over();
    try {
      pending.decide(own);
    } catch (StoreFailure e) {
      throw e;
    } catch (RuntimeException e) {
      pending.fail(e);
      return true;
    }
    if (!draft.fits(own)) {
      if (decided.isEmpty()) {
        pending.fail(new Refusal(Reason.TOO_LARGE, "the store cannot hold so much in one write"));
      }
      return decided.isEmpty();
    }
    draft.merge(own);
    decided.add(pending);
    return true;
  }

  /**
   * Writes what has been decided and gives the answers.
   *
   * @return false if somebody else has written first, and all is to be decided again
   */
  private boolean write(Draft draft, List<Pending<?>> decided) {
    if (draft.isEmpty()) {
      decided.forEach(Pending::succeed);
      return true;
    }
    Commit commit = draft.commit(revision + 1);
    sought = commit.id();
    found = false;
    // The state of before is known for certain where nobody else writes: nothing is tried again.
    long insistNanos = reachable && store.isShared() ? INSIST.toNanos() : 0;
    long giveUpNanos = System.nanoTime() + insistNanos;
    while (true) {
      try {
        boolean written = written(commit, draft);
        back();
        if (written) {
          decided.forEach(Pending::succeed);
        }
        return written;
      } catch (OutOfStep e) {
        LOG.warn("{}: everything is read anew", e.getMessage());
        end();
        decided.forEach(pending -> pending.fail(StoreAway.unknown(e)));
        return true;
      } catch (StoreFailure e) {
        if (closed
            || System.nanoTime() - giveUpNanos > -TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS)) {
          lost(e);
          Refusal refusal = store.isShared() ? StoreAway.unknown(e) : StoreAway.unchanged(e);
          decided.forEach(pending -> pending.fail(refusal));
          return true;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
      } catch (RuntimeException e) {
        unreadable(e);
        decided.forEach(pending -> pending.fail(StoreAway.unknown("as before", e)));
        return true;
      }
    }
  }

  /**
   * Writes a commit, or finds that it was written before its answer was lost.
   *
   * @return false if it is certain that it was not and never will be written
   * @throws StoreFailure if that is not known
   */
  private boolean written(Commit commit, Draft draft) {
    try {
      if (commit.revision() == revision + 1) {
        store.commit(commit);
        revision++;
        publish(draft.committed());
        return true;
      }
    } catch (StaleRevision e) {
      LOG.debug("{}", e.getMessage());
    }
    catchUp();
    return found;
  }

  /** Reads and publishes what others have written. */
  private void catchUp() {
    List<Commit> commits;
    do {
      commits = store.commitsAfter(revision, CATCH_UP_PAGE);
      for (Commit commit : commits) {
        List<FeedEntry> entries = new ArrayList<>();
        FeedState after = state;
        for (Entry encoded : commit.entries()) {
          FeedEntry entry = Documents.readJson(FeedEntry.class, encoded.json());
          after = after.apply(entry);
          entries.add(entry);
        }
        revision = commit.revision();
        found |= commit.id().equals(sought);
        publish(new Committed(after, entries, commit.entries(), commit.documents()));
      }
    } while (commits.size() == CATCH_UP_PAGE);
    back();
  }

  private void publish(Committed committed) {
    state = committed.state();
    for (CommitListener listener : listeners) {
      try {
        listener.committed(committed);
      } catch (RuntimeException e) {
        LOG.error("a part of the control plane could not take in a change", e);
      }
    }
  }

  /** Writes what waits, then stops. */
  @Override
  public void close() {
    closed = true;
    try {
      queue.put(Task.Stop.INSTANCE);
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Task task : queue) {
      if (task instanceof Pending<?> pending) {
        pending.fail(stopping());
      }
    }
  }
}
