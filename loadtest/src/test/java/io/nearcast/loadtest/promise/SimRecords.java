package io.nearcast.loadtest.promise;

import io.nearcast.control.fleet.ReplicaRecord;
import io.nearcast.control.fleet.ReplicaStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The records of control planes in their shared store, as the store itself sees them. */
final class SimRecords implements ReplicaStore {
  private final SimStore store;
  private final Map<String, Kept> records = new TreeMap<>();
  private long versions;

  SimRecords(SimStore store) {
    this.store = store;
  }

  @Override
  public long head() {
    return store.head();
  }

  @Override
  public List<Kept> all() {
    return new ArrayList<>(records.values());
  }

  @Override
  public @Nullable Kept read(String id) {
    return records.get(id);
  }

  @Override
  public OptionalLong create(String id, ReplicaRecord record) {
    return records.containsKey(id) ? OptionalLong.empty() : put(id, record);
  }

  @Override
  public OptionalLong replace(String id, long version, ReplicaRecord record) {
    return isAt(id, version) ? put(id, record) : OptionalLong.empty();
  }

  @Override
  public boolean remove(String id, long version) {
    return isAt(id, version) && records.remove(id) != null;
  }

  private boolean isAt(String id, long version) {
    Kept kept = records.get(id);
    return kept != null && kept.version() == version;
  }

  /** Writes whatever is there. */
  OptionalLong put(String id, ReplicaRecord record) {
    records.put(id, new Kept(id, ++versions, record));
    return OptionalLong.of(versions);
  }
}
