package io.nearcast.control.store.consul;

import com.orbitz.consul.model.kv.ImmutableOperation;
import com.orbitz.consul.model.kv.Operation;
import com.orbitz.consul.model.kv.Value;
import com.orbitz.consul.model.kv.Verb;
import io.nearcast.config.json.Documents;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreContents;
import io.nearcast.control.store.StoreFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Copies a store into Consul, or out of it.
 *
 * <p>The head is written last. Until then there is no store in Consul, whatever else there is, and
 * a copy that was cut short is begun anew.
 */
public final class ConsulMove implements AutoCloseable {
  private static final int PAGE = 500;
  private static final int PAGE_BYTES = 16 << 20;
  private static final int VALUE_BYTES_MAX = 350_000;

  private final ConsulKv kv;
  private final Keys keys;
  private final List<Operation> waiting = new ArrayList<>();
  private long waitingBytes;

  private ConsulMove(ConsulKv kv, Keys keys) {
    this.kv = kv;
    this.keys = keys;
  }

  /** A copy to an address. */
  public static ConsulMove to(ConsulAddress address) {
    return new ConsulMove(ConsulKv.of(address), new Keys(address.prefix()));
  }

  /**
   * Reads all that Consul has at one moment, also while control planes write.
   *
   * @throws StoreFailure if there is no store, or Consul does not answer
   */
  public StoreContents read() {
    Position position = null;
    List<Entry> entries = new ArrayList<>();
    List<Document> documents = new ArrayList<>();
    // One request is answered from one state of Consul.
    for (Value value : kv.readTree(keys.prefix() + "/")) {
      String key = value.getKey();
      if (key.equals(keys.head())) {
        position = Documents.readJson(Position.class, ConsulKv.bytes(value));
      } else if (key.startsWith(keys.entries())) {
        entries.add(new Entry(Keys.number(key), ConsulKv.bytes(value)));
      } else if (key.startsWith(keys.document(""))) {
        documents.add(new Document(keys.documentKey(key), ConsulKv.bytes(value)));
      }
    }
    if (position == null) {
      throw ConsulKv.failure("Consul has no store below " + keys.prefix());
    }
    entries.sort(Comparator.comparingLong(Entry::sequence));
    return new StoreContents(position, entries, documents);
  }

  /**
   * Puts a store in the place of the one that is in Consul, if there is one. Control planes that
   * run refuse changes meanwhile, and then begin anew with it.
   *
   * @param source a log of its own, which nobody writes
   * @param replace whether there may be a store already, which is lost
   * @return where the new one is: where the source is
   * @throws StoreFailure if there is a store that is not to be replaced, a value is too large for
   *     Consul, or it does not answer; where it was cut short there is no store, and it can be
   *     begun again
   */
  public Position restore(Store source, boolean replace) {
    Value head = kv.read(keys.head());
    if (head != null && !replace) {
      throw ConsulKv.failure(
          "Consul has a store below "
              + keys.prefix()
              + " already: name another prefix as the path of --consul, or add --replace");
    }
    Position position = source.position();
    checkSizes(source);
    kv.delete(keys.head()); // from here on nobody can write
    write(source, position);
    return position;
  }

  /**
   * Copies a store that nobody writes, as the same log, so that nodes go on where they are.
   *
   * @return where the copy is: where the source is
   * @throws StoreFailure if Consul has another log there, cannot hold a value, or does not answer;
   *     the source is as it was
   */
  public Position copy(Store source) {
    Position position = source.position();
    Value head = kv.read(keys.head());
    if (head != null) {
      return already(Documents.readJson(Position.class, ConsulKv.bytes(head)), position);
    }
    checkSizes(source);
    write(source, position);
    return position;
  }

  private void write(Store source, Position position) {
    kv.deleteTree(keys.commits());
    kv.deleteTree(keys.entries());
    kv.deleteTree(keys.document(""));
    copyEntries(source, position);
    source.each(
        "",
        document -> put(keys.document(document.key()), Objects.requireNonNull(document.value())));
    put(keys.before(position.log()), Keys.NOTHING_SAID);
    flush();
    kv.create(keys.head(), Documents.writeJson(position));
  }

  /** A copy that was complete but for the last word of it is good. */
  private Position already(Position there, Position source) {
    if (!there.log().equals(source.log()) || there.revision() < source.revision()) {
      throw ConsulKv.failure(
          keys.prefix()
              + " in Consul has the log "
              + there.log()
              + " already: name another prefix as the path of --consul");
    }
    return there;
  }

  private void copyEntries(Store source, Position position) {
    long after = 0;
    while (after < position.head()) {
      List<Entry> entries = source.entries(after, PAGE, PAGE_BYTES);
      if (entries.isEmpty()) {
        return; // all were compacted away
      }
      for (Entry entry : entries) {
        String key = keys.entry(entry.sequence());
        put(key, entry.json());
        after = entry.sequence();
      }
    }
  }

  /** Refuses what Consul cannot hold before anything is written. */
  private static void checkSizes(Store source) {
    source.each(
        "", document -> checkSize(document.key(), Objects.requireNonNull(document.value())));
    long after = 0;
    List<Entry> entries = source.entries(after, PAGE, PAGE_BYTES);
    while (!entries.isEmpty()) {
      for (Entry entry : entries) {
        checkSize("the entry " + entry.sequence(), entry.json());
        after = entry.sequence();
      }
      entries = source.entries(after, PAGE, PAGE_BYTES);
    }
  }

  private static void checkSize(String key, byte[] value) {
    if (value.length > VALUE_BYTES_MAX) {
      throw ConsulKv.failure(
          key
              + " has "
              + value.length
              + " bytes, and Consul takes at most "
              + VALUE_BYTES_MAX
              + ": make that service smaller, or stay with SQLite");
    }
  }

  private void put(String key, byte[] value) {
    if (!ConsulStore.fitsOne(waiting.size() + 1, waitingBytes + value.length)) {
      flush();
    }
    waiting.add(
        ImmutableOperation.builder()
            .verb(Verb.SET.toValue())
            .key(key)
            .value(new String(value, StandardCharsets.UTF_8))
            .build());
    waitingBytes += value.length;
  }

  private void flush() {
    if (!waiting.isEmpty()) {
      kv.writeAgain(waiting);
      waiting.clear();
      waitingBytes = 0;
    }
  }

  @Override
  public void close() {
    kv.close();
  }
}
