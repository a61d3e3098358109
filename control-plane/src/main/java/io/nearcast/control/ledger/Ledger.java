package io.nearcast.control.ledger;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.json.Documents;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.StaleRevision;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * <p>The state that readers see is always one that is durable. Thread-safe.
 */
public final class Ledger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
  private static final int GROUP_MAX = 256;
  private static final int QUEUE_MAX = 10_000;
  private static final int CATCH_UP_PAGE = 1_000;
  private static final int LOAD_TRIES_MAX = 50;
  private static final int TIER_KEY_BYTES = 32;

  private final Store store;
  private final InstantSource clock;
  private final BlockingQueue<Task> queue = new LinkedBlockingQueue<>(QUEUE_MAX);
  private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicBoolean moved = new AtomicBoolean();
  private final Thread thread;
  private volatile FeedState state;
  private volatile boolean closed;

  /** The last revision that {@link #state} includes; belongs to the thread. */
  private long revision;

  private Ledger(Store store, InstantSource clock, Position position, FeedState state) {
    this.store = store;
    this.clock = clock;
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
    Ledger ledger = load(store, clock);
    ledger.thread.start();
    store.watch(ledger::storeMoved);
    ledger.write(draft ->
        draft.feed().tierKey() == null ? draft.append(newTierKey()) : draft.nextSequence());
    return ledger;
  }

  /** Reads position and state until nobody has written in between. */
  private static Ledger load(Store store, InstantSource clock) {
    Position position = store.position();
    for (int tries = 0; tries < LOAD_TRIES_MAX; tries++) {
      FeedState state = StateDocuments.read(store, position);
      Position after = store.position();
      if (after.equals(position)) {
        return new Ledger(store, clock, position, state);
      }
      position = after;
    }
    throw new StoreFailure(
        "others write so much that the state cannot be read",
        new IllegalStateException("no quiet moment in " + LOAD_TRIES_MAX + " tries"));
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

  /** How many decisions wait. */
  public int waiting() {
    return queue.size();
  }

  /** The documents, for reading. */
  public Store store() {
    return store;
  }

  /** Has a listener told everything that becomes durable from now on. */
  public void listen(CommitListener listener) {
    listeners.add(listener);
  }

  /**
   * Has a decision taken and waits until what it changes is durable.
   *
   * @throws Refusal if the decision throws it, too many wait, or the store cannot be written
   */
  public <T extends @Nullable Object> T write(Decision<T> decision) {
    Pending<T> pending = new Pending<>(decision);
    if (closed || !queue.offer(pending)) {
      throw closed ? stopping() : new Refusal(Reason.OVERLOADED, "too many changes wait");
    }
    if (closed && queue.remove(pending)) {
      throw stopping();
    }
    try {
      return pending.future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static Refusal stopping() {
    return new Refusal(Reason.UNAVAILABLE, "the control plane is stopping");
  }

  /** Has what others may have written read soon, without waiting for news of it. */
  public void refresh() {
    storeMoved();
  }

  private void storeMoved() {
    if (moved.compareAndSet(false, true) && !queue.offer(CatchUp.INSTANCE)) {
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
            case CatchUp _ -> catchUpQuietly();
            case Stop _ -> {
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
      LOG.warn("cannot read what others have written: {}", e.getMessage());
    }
  }

  /** Decides and writes until every one of the group has its answer. */
  private void decide(Deque<Pending<?>> group) {
    while (!group.isEmpty()) {
      Draft draft = new Draft(store, state, clock.instant());
      List<Pending<?>> decided = new ArrayList<>();
      while (!group.isEmpty() && decide(group.getFirst(), draft, decided)) {
        group.removeFirst();
      }
      if (!write(draft, decided)) {
        decided.reversed().forEach(group::addFirst);
      }
    }
  }

  /**
   * Takes one decision on top of a draft.
   *
   * @return false if the commit has no room for it: it is to be taken again for the next one
   */
  private boolean decide(Pending<?> pending, Draft draft, List<Pending<?>> decided) {
    Draft own = draft.over();
    try {
      pending.decide(own);
    } catch (RuntimeException e) {
      pending.future.completeExceptionally(e instanceof StoreFailure ? unavailable(e) : e);
      return true;
    }
    if (!draft.fits(own)) {
      if (decided.isEmpty()) {
        pending.future.completeExceptionally(
            new Refusal(Reason.TOO_LARGE, "the store cannot hold so much in one write"));
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
    try {
      if (!draft.isEmpty()) {
        store.commit(draft.commit(revision + 1));
        revision++;
        publish(draft.committed());
      }
      decided.forEach(Pending::succeed);
      return true;
    } catch (StaleRevision e) {
      return recover(decided);
    } catch (StoreFailure e) {
      LOG.error("a change could not be written: {}", e.getMessage());
      decided.forEach(pending -> pending.future.completeExceptionally(unavailable(e)));
      recover(List.of());
      return true;
    }
  }

  private boolean recover(List<Pending<?>> decided) {
    try {
      catchUp();
      return false;
    } catch (StoreFailure e) {
      LOG.error("what others have written could not be read: {}", e.getMessage());
      decided.forEach(pending -> pending.future.completeExceptionally(unavailable(e)));
      return true;
    }
  }

  private static Refusal unavailable(RuntimeException cause) {
    Refusal refusal =
        new Refusal(Reason.UNAVAILABLE, "the store does not answer: " + cause.getMessage());
    refusal.initCause(cause);
    return refusal;
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
        publish(new Committed(after, entries, commit.entries(), commit.documents()));
      }
    } while (commits.size() == CATCH_UP_PAGE);
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
      queue.put(Stop.INSTANCE);
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Task task : queue) {
      if (task instanceof Pending<?> pending) {
        pending.future.completeExceptionally(stopping());
      }
    }
  }

  private sealed interface Task {}

  private enum CatchUp implements Task {
    INSTANCE
  }

  private enum Stop implements Task {
    INSTANCE
  }

  private static final class Pending<T extends @Nullable Object> implements Task {
    private final Decision<T> decision;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private @Nullable Outcome<T> outcome;

    Pending(Decision<T> decision) {
      this.decision = decision;
    }

    void decide(Draft draft) {
      outcome = new Outcome<>(decision.decide(draft));
    }

    void succeed() {
      if (outcome != null) {
        future.complete(outcome.value);
      }
    }
  }

  private record Outcome<T extends @Nullable Object>(T value) {}
}
