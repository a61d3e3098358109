package io.nearcast.control.store.consul;

import com.orbitz.consul.model.kv.ImmutableOperation;
import com.orbitz.consul.model.kv.Operation;
import com.orbitz.consul.model.kv.Value;
import com.orbitz.consul.model.kv.Verb;
import io.nearcast.config.json.Documents;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Copies another store into Consul: the same log, so that nodes go on where they are.
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
   * Copies a store that nobody writes.
   *
   * @return where the copy is: where the source is
   * @throws io.nearcast.control.store.StoreFailure if Consul has another log there, cannot hold a
   *     value, or does not answer; the source is as it was
   */
  public Position copy(Store source) {
    Position position = source.position();
    Value head = kv.read(keys.head());
    if (head != null) {
      return already(Documents.readJson(Position.class, ConsulKv.bytes(head)), position);
    }
    source.each(
        "", document -> checkSize(document.key(), Objects.requireNonNull(document.value())));
    kv.deleteAll(kv.keys(keys.prefix() + "/"));
    copyEntries(source, position);
    source.each(
        "",
        document -> put(keys.document(document.key()), Objects.requireNonNull(document.value())));
    put(keys.before(position.log()), Keys.NOTHING_SAID);
    flush();
    kv.create(keys.head(), Documents.writeJson(position));
    return position;
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
        checkSize(key, entry.json());
        put(key, entry.json());
        after = entry.sequence();
      }
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
      kv.write(waiting);
      waiting.clear();
      waitingBytes = 0;
    }
  }

  @Override
  public void close() {
    kv.close();
  }
}
