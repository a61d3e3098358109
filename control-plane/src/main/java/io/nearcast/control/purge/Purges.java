package io.nearcast.control.purge;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedState.ActiveService;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.Selectors;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.control.compaction.History;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.fleet.Survey;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Decision;
import io.nearcast.control.ledger.Draft;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The purges and how far they are.
 *
 * <p>A purge is an entry of the log. It is complete once every edge that was a member before it has
 * reported that it has applied the entry; that is written down, so that it stays so. An edge that
 * is silent keeps it {@linkplain PurgeState#UNCONFIRMED unconfirmed} until it returns or is
 * removed.
 *
 * <p>Transitions of a purge: pending and unconfirmed change into each other as edges come and go;
 * either becomes complete; complete is for ever.
 *
 * <p>Thread-safe. One thread of its own looks for purges that have become complete whenever a node
 * has reported; {@code open}, {@code dirty} and {@code closed} are guarded by {@code lock}.
 */
public final class Purges implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Purges.class);

  /** The most purges that can be waiting for nodes. */
  public static final int OPEN_MAX = 100_000;

  /** How many purges are kept for people to look at, beside those that are not complete. */
  public static final int KEPT_MAX = 100_000;

  /** The same where the store is one that has everything in memory. */
  public static final int KEPT_SHARED_MAX = 10_000;

  private static final String OPEN_PREFIX = "open-purges/";
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int COMPLETED_AT_ONCE = 200;

  /** Of a thousand reports that come together many are looked at together. */
  private static final long LOOK_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int ID_LOG_CHARS = 8;

  private final Ledger ledger;
  private final Members members;
  private final KeptKeys keys;
  private final PurgeRecords records;
  private final MatchedCounts matchedCounts;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final CutOffServices cutOff;
  private final TreeMap<Long, Waiting> open = new TreeMap<>();
  private final Thread thread = Thread.ofVirtual().name("purges").unstarted(this::run);
  private boolean dirty = true;
  private boolean waitsEnded;
  private boolean closed;

  /** Whether completed purges could not be written down; belongs to the thread. */
  private boolean failed;

  /** Whether that is so for a reason that nobody has thought of; belongs to the thread. */
  private boolean confused;

  /** When it was looked for complete purges; belongs to the thread. */
  private long lookedNanos = System.nanoTime() - LOOK_GAP_NANOS;

  private record Open(long sequence, String service) {}

  private record Waiting(String service, CompletableFuture<Boolean> completed) {}

  private Purges(Ledger ledger, Members members, KeptKeys keys) {
    this.ledger = ledger;
    this.cutOff = CutOffServices.open(ledger);
    this.members = members;
    this.keys = keys;
    this.records = PurgeRecords.open(ledger);
    this.matchedCounts = new MatchedCounts(ledger, records);
  }

  /** Reads the purges that are not complete and watches over them from then on. */
  public static Purges open(Ledger ledger, Members members) {
    Purges purges = new Purges(ledger, members, KeptKeys.open(ledger));
    ledger.listen(purges::committed);
    ledger.each(OPEN_PREFIX, purges::apply);
    members.listen(purges::wake);
    purges.thread.start();
    return purges;
  }

  /**
   * What is to be deleted of them in time.
   *
   * @param keptMax how many are kept
   */
  public static History.Kind history(int keptMax) {
    return new History.Kind(
        PurgeRecords.PREFIX,
        PurgeRecords.RECEIPTS_PREFIX,
        keptMax,
        value -> Documents.readJson(StoredPurge.class, value).completedAt() != null);
  }

  private void committed(Committed committed) {
    for (Document document : committed.documents()) {
      if (document.key().startsWith(OPEN_PREFIX)) {
        apply(document);
      }
    }
  }

  private void apply(Document document) {
    long sequence = Long.parseLong(document.key().substring(OPEN_PREFIX.length()));
    byte[] value = document.value();
    Waiting completed = null;
    lock.lock();
    try {
      if (value == null) {
        completed = open.remove(sequence);
      } else {
        String service = Documents.readJson(Open.class, value).service();
        open.putIfAbsent(sequence, new Waiting(service, new CompletableFuture<>()));
        dirty = true;
        news.signal();
      }
    } finally {
      lock.unlock();
    }
    if (completed != null) {
      completed.completed().complete(true);
    }
  }

  /**
   * Appends a purge to the log.
   *
   * @param service the one that the request names
   * @param author the id of the token
   * @param key what the client calls the request, or null; where it has been carried out before,
   *     nothing is purged and the purge of then is returned
   * @return the purge; {@link #view} says how far it is
   * @throws Refusal if the service is not there, or the key was for another request; then nothing
   *     was purged
   * @throws InvalidDocument if a selector cannot be; then nothing was purged
   */
  public StoredPurge issue(
      String service, PurgeRequest request, String author, @Nullable IdempotencyKey key) {
    return ledger.write(draft -> {
      Long known = key == null ? null : keys.find(draft, key, request);
      StoredPurge before = known == null ? null : stored(draft, known);
      if (before != null) {
        return before;
      }
      ActiveService active = draft.feed().services().get(service);
      if (active == null) {
        throw Refusal.invalid("/service", "names no service that is there");
      }
      List<Selector> selectors = Selectors.of(request, active.service());
      checkRoom();
      long sequence = draft.nextSequence();
      String id = sequence + "-" + draft.feed().log().substring(0, ID_LOG_CHARS);
      draft.append(new Change.PurgeIssued(id, service, request.soft(), selectors));
      StoredPurge purge =
          new StoredPurge(id, sequence, service, request.soft(), selectors, draft.now(), author);
      draft.put(PurgeRecords.key(sequence), purge);
      draft.put(OPEN_PREFIX + digits(sequence), new Open(sequence, service));
      if (key != null) {
        keys.keep(draft, key, request, sequence);
      }
      return purge;
    });
  }

  /** A purge, or null where it is so old that it has been deleted: then its key counts no more. */
  private static @Nullable StoredPurge stored(Draft draft, long sequence) {
    return draft.read(StoredPurge.class, PurgeRecords.key(sequence));
  }

  private void checkRoom() {
    lock.lock();
    try {
      if (open.size() >= OPEN_MAX) {
        throw new Refusal(
            Reason.OVERLOADED,
            OPEN_MAX + " purges wait for nodes: see GET /v1/nodes for those that are down");
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many purges are not complete. */
  public int openCount() {
    lock.lock();
    try {
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a purge is complete, but no longer than a time. */
  public void await(StoredPurge issued, Duration patience) throws InterruptedException {
    Waiting completed;
    lock.lock();
    try {
      completed = waitsEnded ? null : open.get(issued.sequence());
    } finally {
      lock.unlock();
    }
    if (completed == null) {
      return;
    }
    try {
      completed.completed().get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOG.debug("purge {} is not complete yet", issued.id());
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody completes it so", e);
    }
  }

  /** A purge as it is now. */
  public PurgeView get(String id) {
    Long sequence = PurgeRecords.sequence(id);
    StoredPurge purge = sequence == null ? null : records.get(sequence);
    if (purge == null || !purge.id().equals(id)) {
      throw Refusal.absent("purge", id);
    }
    return view(purge);
  }

  /**
   * Purges, newest first.
   *
   * @param below only those with a lower sequence, or null for all
   * @throws Refusal if the store is away and they are not in memory
   */
  public List<StoredPurge> list(@Nullable Long below, int limit) {
    return records.list(below, limit);
  }

  /** How far a purge is now. */
  public PurgeView view(StoredPurge purge) {
    Survey survey = members.survey();
    Map<String, Long> matched = records.matched(purge.sequence());
    Long since = cutOff.since(purge.service());
    if (purge.completedAt() != null) {
      return new PurgeView(
          purge, PurgeState.COMPLETE, Receipts.frozen(purge, survey.standings(), matched));
    }
    List<NodeReceipt> receipts = Receipts.now(purge.sequence(), since, survey, matched);
    boolean silent =
        survey.standings().stream()
            .filter(node -> node.edge() && node.joined() < purge.sequence())
            .map(node -> Completion.state(node, purge.sequence(), since, survey.leaseFloor()))
            .anyMatch(state -> state == ReceiptState.UNCONFIRMED);
    return new PurgeView(purge, silent ? PurgeState.UNCONFIRMED : PurgeState.PENDING, receipts);
  }

  /**
   * Keeps how many stored responses purges were about at a node; durable when it returns.
   *
   * @throws Refusal if not all of it could be written in {@link MatchedCounts#PATIENCE}
   */
  public void matched(String node, Map<String, Long> counts) {
    matchedCounts.keep(node, counts);
  }

  private void wake() {
    lock.lock();
    try {
      if (!dirty) { // else the thread will look anyway
        dirty = true;
        news.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (awaitNews()) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      completeAll();
      confused = false;
    } catch (RuntimeException e) {
      if (!confused) {
        LOG.error("cannot find out which purges are complete, tries on", e);
      }
      confused = true;
      failed = true;
    }
  }

  private boolean awaitNews() throws InterruptedException {
    long untilLookNanos = failed ? RETRY_NANOS : members.leaseEndsInNanos();
    boolean watching = cutOff.anyUnknown();
    lock.lock();
    try {
      while (!closed && !(dirty && (watching || !open.isEmpty())) && untilLookNanos > 0) {
        untilLookNanos = news.awaitNanos(untilLookNanos);
      }
      long gapNanos = lookedNanos + LOOK_GAP_NANOS - System.nanoTime();
      while (!closed && gapNanos > 0) {
        gapNanos = news.awaitNanos(gapNanos);
      }
      lookedNanos = System.nanoTime();
      dirty = false;
      failed = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void completeAll() {
    // First the purges, then the members: whoever joined before one of these purges is among them.
    Map<Long, String> candidates = candidates();
    Map<String, Long> sinces = cutOff.sinces(); // one answer for all that is asked below
    long head = ledger.state().sequence();
    Survey survey = members.survey();
    cutOff.note(survey, head);
    Map<Long, String> complete = passed(candidates, survey, sinces);
    if (complete.values().stream().anyMatch(sinces::containsKey)) {
      try {
        survey = members.surveyNow(); // of the leases that others have given, too
      } catch (StoreFailure e) {
        LOG.debug("purges may be complete, looks again: {}", e.getMessage());
        failed = true;
        return;
      }
      complete = passed(candidates, survey, sinces);
    }
    List<Decision<Long>> completions = new ArrayList<>();
    for (long sequence : complete.keySet()) {
      Survey proof = survey;
      completions.add(draft -> complete(draft, sequence, sinces, proof));
    }
    for (int from = 0; from < completions.size(); from += COMPLETED_AT_ONCE) {
      int to = Math.min(completions.size(), from + COMPLETED_AT_ONCE);
      complete(completions.subList(from, to));
    }
  }

  /** Those of some purges that a survey of after them proves to be complete, in their order. */
  private static Map<Long, String> passed(
      Map<Long, String> candidates, Survey survey, Map<String, Long> sinces) {
    Map<String, Long> passed = new HashMap<>();
    Map<Long, String> complete = new LinkedHashMap<>();
    candidates.forEach((sequence, service) -> {
      long through =
          passed.computeIfAbsent(service, name -> Completion.passed(survey, sinces.get(name)));
      if (sequence <= through) {
        complete.put(sequence, service);
      }
    });
    return complete;
  }

  /** The purges that are not complete and their services, in their order. */
  private Map<Long, String> candidates() {
    lock.lock();
    try {
      Map<Long, String> candidates = new LinkedHashMap<>();
      open.forEach((sequence, waiting) -> candidates.put(sequence, waiting.service()));
      return candidates;
    } finally {
      lock.unlock();
    }
  }

  /** Writes one purge down as complete: one decision for each, for it names all nodes. */
  private long complete(Draft draft, long sequence, Map<String, Long> sinces, Survey survey) {
    StoredPurge purge = records.decided(draft, sequence);
    if (purge != null && purge.completedAt() != null) {
      return sequence; // another control plane was first, and wrote it all
    }
    if (purge != null) {
      List<NodeReceipt> receipts =
          Receipts.now(sequence, sinces.get(purge.service()), survey, Map.of());
      draft.put(PurgeRecords.key(sequence), purge.completed(draft.now(), receipts));
    }
    draft.delete(OPEN_PREFIX + digits(sequence));
    return sequence;
  }

  private void complete(List<Decision<Long>> completions) {
    try {
      ledger.writeEach(completions, Ledger.PATIENCE);
    } catch (Refusal e) {
      LOG.warn("purges are complete, but it could not be written down yet: {}", e.detail());
      failed = true;
    }
  }

  private static String digits(long sequence) {
    return String.format("%016d", sequence);
  }

  /** Lets nobody wait for a purge any more, for the control plane is stopping. */
  public void endWaits() {
    lock.lock();
    try {
      waitsEnded = true;
      open.values().forEach(waiting -> waiting.completed().complete(false));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      news.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
