package io.nearcast.control.fleet;

import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Records in memory. It can fail before or after an operation has taken effect. */
final class MemoryReplicas implements ReplicaStore {
  enum Fails {
    NEVER,
    BEFORE,
    AFTER
  }

  long head;
  Fails fails = Fails.NEVER;
  private final Map<String, Kept> records = new TreeMap<>();
  private long versions;

  @Override
  public long head() {
    return answer(() -> head);
  }

  @Override
  public List<Kept> all() {
    return answer(() -> new ArrayList<>(records.values()));
  }

  @Override
  public Kept read(String id) {
    return answer(() -> records.get(id));
  }

  @Override
  public OptionalLong create(String id, ReplicaRecord record) {
    return answer(() -> records.containsKey(id) ? OptionalLong.empty() : put(id, record));
  }

  @Override
  public OptionalLong replace(String id, long version, ReplicaRecord record) {
    return answer(() -> isAt(id, version) ? put(id, record) : OptionalLong.empty());
  }

  @Override
  public boolean remove(String id, long version) {
    return answer(() -> isAt(id, version) && records.remove(id) != null);
  }

  private boolean isAt(String id, long version) {
    return records.containsKey(id) && records.get(id).version() == version;
  }

  private OptionalLong put(String id, ReplicaRecord record) {
    records.put(id, new Kept(id, ++versions, record));
    return OptionalLong.of(versions);
  }

  private <T> T answer(Supplier<T> operation) {
    Fails how = fails;
    fails = Fails.NEVER;
    T result = how == Fails.BEFORE ? null : operation.get();
    if (how != Fails.NEVER) {
      throw new StoreFailure("no answer", new IOException("cut"));
    }
    return result;
  }
}
