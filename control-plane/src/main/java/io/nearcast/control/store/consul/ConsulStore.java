package io.nearcast.control.store.consul;

import com.orbitz.consul.ConsulException;
import com.orbitz.consul.model.kv.ImmutableOperation;
import com.orbitz.consul.model.kv.Operation;
import com.orbitz.consul.model.kv.Value;
import com.orbitz.consul.model.kv.Verb;
import io.nearcast.config.json.Documents;
import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.FleetCatalogue;
import io.nearcast.control.store.OutOfStep;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.SharedRecords;
import io.nearcast.control.store.StaleRevision;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in Consul's KV store, which any number of control planes write at once.
 *
 * <p>A commit is one transaction that checks and sets the head and writes everything else; Consul's
 * Raft log makes it durable on a majority of its servers before it answers. A control plane learns
 * what others write by a blocking query on the head, and reads the commits between.
 *
 * <p>Consul bounds a transaction to {@value #OPERATIONS_MAX} operations and 512 KiB; {@link #fits}
 * says what is left of that. Thread-safe; {@code known} changes by commits and reads of the head.
 */
public final class ConsulStore implements Store {
  static final int OPERATIONS_MAX = 64;

  private static final Logger LOG = LoggerFactory.getLogger(ConsulStore.class);

  private static final int REQUEST_BYTES_MAX = 500_000;
  private static final int OPERATION_BYTES = 256;

  /** How old what is kept of the position may become while others write. */
  private static final long KEEP_GAP_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int HTTP_CONFLICT = 409;

  private final ConsulKv kv;
  private final Keys keys;
  private final HeadWatch watch;
  private final ConsulLock lock;

  /** The log that it was opened with; another one is another store. */
  private final String log;

  private final KnownPosition kept;
  private volatile Known known;

  /** When the position was kept last; guarded by {@code kept}. */
  private long keptNanos = System.nanoTime();

  /** What the head says, and since when. */
  private record Known(Position position, BigInteger index) {}

  /**
   * Which commit wrote what.
   *
   * @param last below {@code first} where it has no entries
   * @param keys of the documents that it has put
   * @param deleted those that it has deleted
   */
  private record Written(
      @Nullable String id,
      long first,
      long last,
      List<String> keys,
      @Nullable List<String> deleted) {
    List<String> gone() {
      return deleted == null ? List.of() : deleted;
    }
  }

  private ConsulStore(ConsulKv kv, Keys keys, Known known, KnownPosition kept) {
    this.kv = kv;
    this.keys = keys;
    this.kept = kept;
    this.known = known;
    log = known.position().log();
    watch = new HeadWatch(kv, keys.head());
    lock = kv.lock(keys.lock());
  }

  /**
   * Opens the store, or creates it with a new log.
   *
   * @param before what the caller knows of it from before. Where Consul has nothing any more, no
   *     empty log takes its place; where it has an earlier state of the same log, that becomes a
   *     new one (PURGE.md rule 16)
   * @throws StoreFailure if none of its agents answers, or the store is gone
   */
  public static ConsulStore open(ConsulAddress address, KnownPosition before) {
    Keys keys = new Keys(address.prefix());
    ConsulKv kv = ConsulKv.of(address);
    try {
      return new ConsulStore(kv, keys, openHead(kv, keys, before), before);
    } catch (RuntimeException e) {
      kv.close();
      throw e;
    }
  }

  private static Known openHead(ConsulKv kv, Keys keys, KnownPosition before) {
    Position last = before.read();
    Value head = kv.read(keys.head());
    if (head == null) {
      if (last != null) {
        throw ConsulKv.failure(
            "Consul has nothing below "
                + keys.prefix()
                + " any more, where the log "
                + last.log()
                + " was: restore a backup (nearcast restore), or remove "
                + before.file()
                + " to begin with an empty log");
      }
      kv.create(keys.head(), Documents.writeJson(new Position(UUID.randomUUID().toString(), 0, 0)));
      head = kv.read(keys.head());
    }
    Known now = known(head);
    if (last != null
        && last.log().equals(now.position().log())
        && last.revision() > now.position().revision()) {
      renewLog(kv, keys, now, last.revision());
      now = known(kv.read(keys.head()));
    }
    before.write(now.position());
    return now;
  }

  /**
   * Makes an earlier state of a log, which somebody has put back into Consul, a log of its own;
   * unless another control plane has done so.
   */
  private static void renewLog(ConsulKv kv, Keys keys, Known earlier, long revision) {
    Position was = earlier.position();
    Position renewed = new Position(UUID.randomUUID().toString(), was.revision(), was.head());
    LOG.warn(
        "Consul has the log {} at revision {} only, where it was at {}: a backup has been put back,"
            + " it becomes the new log {}",
        was.log(),
        was.revision(),
        revision,
        renewed.log());
    kv.replace(
        keys.head(),
        Documents.writeJson(renewed),
        earlier.index(),
        keys.before(renewed.log()),
        Keys.NOTHING_SAID);
  }

  private static Known known(@Nullable Value head) {
    if (head == null) {
      throw ConsulKv.failure("the head is gone: who has deleted Nearcast's keys?");
    }
    return new Known(
        Documents.readJson(Position.class, ConsulKv.bytes(head)),
        BigInteger.valueOf(head.getModifyIndex()));
  }

  @Override
  public Position position() {
    known = known(kv.read(keys.head()));
    return known.position();
  }

  @Override
  public byte @Nullable [] read(String key) {
    Value value = kv.read(keys.document(key));
    return value == null ? null : ConsulKv.bytes(value);
  }

  @Override
  public List<Document> list(String prefix, @Nullable String after, int limit, Order order) {
    Comparator<String> comparator =
        order == Order.ASCENDING ? Comparator.naturalOrder() : Comparator.reverseOrder();
    String from = after == null ? null : keys.document(after);
    List<String> wanted =
        kv.keys(keys.document(prefix)).stream()
            .filter(key -> from == null || comparator.compare(key, from) > 0)
            .sorted(comparator)
            .limit(limit)
            .toList();
    return kv.readAll(wanted).stream().map(this::document).toList();
  }

  @Override
  public void each(String prefix, Consumer<Document> consumer) {
    kv.readTree(keys.document(prefix)).stream()
        .map(this::document)
        .sorted(Comparator.comparing(Document::key))
        .forEach(consumer);
  }

  private Document document(Value value) {
    return new Document(keys.documentKey(value.getKey()), ConsulKv.bytes(value));
  }

  @Override
  public List<Entry> entries(long after, int limit, long bytesMax) {
    long last = Math.min(known.position().head(), after + limit);
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (long first = after + 1; first <= last; first += OPERATIONS_MAX) {
      for (Entry entry : entriesBetween(first, Math.min(last, first + OPERATIONS_MAX - 1))) {
        bytes += entry.json().length;
        if (bytes > bytesMax && !entries.isEmpty()) {
          return entries;
        }
        entries.add(entry);
      }
    }
    return entries;
  }

  private List<Entry> entriesBetween(long first, long last) {
    List<String> wanted = LongStream.rangeClosed(first, last).mapToObj(keys::entry).toList();
    List<Value> values = kv.readAll(wanted);
    List<Entry> entries = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      Value value = values.get(i);
      entries.add(new Entry(Keys.number(value.getKey()), ConsulKv.bytes(value)));
    }
    return entries;
  }

  @Override
  public void trim(long through) {
    List<String> commits = kv.keys(keys.commits()).stream().sorted().toList();
    kv.deleteAll(commits.subList(0, countUpTo(commits, through)));
    kv.deleteAll(
        kv.keys(keys.entries()).stream().filter(key -> Keys.number(key) <= through).toList());
  }

  /** How many of the oldest commits are from before the end of what is removed. */
  private int countUpTo(List<String> commits, long through) {
    int count = 0;
    while (count < commits.size()) {
      List<String> some = commits.subList(count, Math.min(commits.size(), count + OPERATIONS_MAX));
      for (Value value : kv.readAll(some)) {
        if (Documents.readJson(Written.class, ConsulKv.bytes(value)).last() > through) {
          return count;
        }
        count++;
      }
    }
    return count;
  }

  @Override
  public boolean leads() {
    return lock.hold();
  }

  @Override
  public boolean fits(int values, long bytes) {
    // The head and the record of the commit are two more; values go as base64.
    return fitsOne(values + 2, bytes);
  }

  /** Whether Consul takes so many operations in one transaction. */
  static boolean fitsOne(int operations, long bytes) {
    return operations <= OPERATIONS_MAX
        && bytes * 4 / 3 + (long) operations * OPERATION_BYTES <= REQUEST_BYTES_MAX;
  }

  @Override
  public void commit(Commit commit) throws StaleRevision {
    Known before = known;
    if (commit.revision() != before.position().revision() + 1
        || !log.equals(before.position().log())) {
      throw new StaleRevision(commit.revision());
    }
    Position after = before.position().after(commit);
    try {
      BigInteger index = kv.write(operations(commit, before, after));
      known = new Known(after, index);
    } catch (ConsulException e) {
      if (e.getCode() == HTTP_CONFLICT) {
        throw new StaleRevision(commit.revision());
      }
      throw ConsulKv.failure("cannot write revision " + commit.revision(), e);
    }
  }

  private List<Operation> operations(Commit commit, Known before, Position after) {
    List<Operation> operations = new ArrayList<>();
    operations.add(
        ImmutableOperation.builder()
            .verb(Verb.CHECK_AND_SET.toValue())
            .key(keys.head())
            .value(text(Documents.writeJson(after)))
            .index(before.index())
            .build());
    Written written =
        new Written(
            commit.id(),
            before.position().head() + 1,
            after.head(),
            keys(commit, document -> document.value() != null),
            keys(commit, document -> document.value() == null));
    operations.add(set(keys.commit(commit.revision()), Documents.writeJson(written)));
    for (Entry entry : commit.entries()) {
      operations.add(set(keys.entry(entry.sequence()), entry.json()));
    }
    for (Document document : commit.documents()) {
      String key = keys.document(document.key());
      operations.add(
          document.value() == null
              ? ImmutableOperation.builder().verb(Verb.DELETE.toValue()).key(key).build()
              : set(key, document.value()));
    }
    return operations;
  }

  private static List<String> keys(Commit commit, Predicate<Document> which) {
    return commit.documents().stream().filter(which).map(Document::key).toList();
  }

  private static Operation set(String key, byte[] value) {
    return ImmutableOperation.builder()
        .verb(Verb.SET.toValue())
        .key(key)
        .value(text(value))
        .build();
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  private void requireGoesOn(Known now, long revision) {
    if (!now.position().log().equals(log)) {
      throw new OutOfStep("Consul has another log, " + now.position().log() + ", not " + log);
    }
    if (now.position().revision() < revision) {
      renewLog(kv, keys, now, revision);
      throw new OutOfStep("Consul has an earlier state of the log " + log);
    }
  }

  @Override
  public List<Commit> commitsAfter(long revision, int limit) {
    position();
    requireGoesOn(known, revision);
    long last = Math.min(known.position().revision(), revision + limit);
    List<String> wanted =
        LongStream.rangeClosed(revision + 1, last).mapToObj(keys::commit).toList();
    List<Commit> commits = new ArrayList<>();
    List<Value> values = kv.readAll(wanted);
    if (values.size() < wanted.size()) {
      throw new OutOfStep(
          "what was written after revision " + revision + " has been compacted away");
    }
    List<Written> all =
        values.stream()
            .map(value -> Documents.readJson(Written.class, ConsulKv.bytes(value)))
            .toList();
    Map<String, byte[]> documents = documents(all);
    Map<Long, Entry> entries = entries(all);
    for (Written written : all) {
      commits.add(
          new Commit(
              written.id() == null ? "" : written.id(),
              revision + commits.size() + 1,
              LongStream.rangeClosed(written.first(), written.last())
                  .mapToObj(entries::get)
                  .filter(Objects::nonNull)
                  .toList(),
              Stream.concat(written.keys().stream(), written.gone().stream())
                  .map(key -> new Document(key, documents.get(key)))
                  .toList()));
    }
    return commits;
  }

  /**
   * The documents that some commits have left, read at once: who reads them one by one while others
   * write never catches up with these.
   */
  private Map<String, byte[]> documents(List<Written> all) {
    Set<String> there = new LinkedHashSet<>();
    for (Written written : all) {
      there.addAll(written.keys());
      there.removeAll(new HashSet<>(written.gone()));
    }
    Map<String, byte[]> found = new HashMap<>();
    for (Value value : kv.readAll(there.stream().map(keys::document).toList())) {
      found.put(keys.documentKey(value.getKey()), ConsulKv.bytes(value));
    }
    return found;
  }

  private Map<Long, Entry> entries(List<Written> all) {
    Map<Long, Entry> found = new HashMap<>();
    if (!all.isEmpty()) {
      entriesBetween(all.getFirst().first(), all.getLast().last())
          .forEach(entry -> found.put(entry.sequence(), entry));
    }
    return found;
  }

  @Override
  public void watch(Runnable moved) {
    watch.listen(() -> {
      if (System.nanoTime() - keptNanos() > KEEP_GAP_NANOS) {
        keep();
      }
      moved.run();
    });
  }

  private long keptNanos() {
    synchronized (kept) {
      return keptNanos;
    }
  }

  private void keep() {
    synchronized (kept) {
      try {
        Position now = known.position();
        if (now.log().equals(log)) {
          kept.write(now);
        }
        keptNanos = System.nanoTime();
      } catch (StoreFailure e) {
        LOG.warn("tries again: {}", e.getMessage());
      }
    }
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public SharedRecords records() {
    return new ConsulRecords(kv, keys);
  }

  @Override
  public void tell(String name, byte[] notice) {
    kv.put(keys.notice(name), notice);
  }

  @Override
  public List<Document> told() {
    return kv.readTree(keys.notice("")).stream()
        .map(value -> new Document(keys.noticeName(value.getKey()), ConsulKv.bytes(value)))
        .toList();
  }

  @Override
  public void forget(String name) {
    kv.delete(keys.notice(name));
  }

  @Override
  public FleetCatalogue catalogue() {
    return new ConsulCatalogue(kv, keys.prefix());
  }

  @Override
  public void close() {
    watch.close();
    keep();
    try {
      lock.release();
    } catch (RuntimeException e) {
      LOG.debug("the lock stays until its session ends: {}", e.getMessage());
    }
    kv.close();
  }
}
