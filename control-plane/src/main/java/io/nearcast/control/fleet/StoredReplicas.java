package io.nearcast.control.fleet;

import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import io.nearcast.control.store.SharedRecords;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Records of control planes as JSON in a store. Thread-safe. */
record StoredReplicas(SharedRecords records) implements ReplicaStore {

  /** Stands for a record of another version of the program: nothing is past its leases. */
  private static final ReplicaRecord UNREADABLE =
      new ReplicaRecord("unreadable", 0, 0, false, List.of());

  @Override
  public long head() {
    return records.head();
  }

  @Override
  public List<Kept> all() {
    return kept(records.all());
  }

  static List<Kept> kept(List<SharedRecords.Kept> all) {
    return all.stream().map(StoredReplicas::kept).toList();
  }

  private static Kept kept(SharedRecords.Kept one) {
    return new Kept(one.id(), one.version(), record(one.value()));
  }

  private static ReplicaRecord record(byte[] json) {
    try {
      return Documents.readJson(ReplicaRecord.class, json);
    } catch (InvalidDocument e) {
      return UNREADABLE;
    }
  }

  @Override
  public @Nullable Kept read(String id) {
    SharedRecords.Kept kept = records.read(id);
    return kept == null ? null : kept(kept);
  }

  @Override
  public OptionalLong create(String id, ReplicaRecord record) {
    return records.write(id, 0, Documents.writeJson(record));
  }

  @Override
  public OptionalLong replace(String id, long version, ReplicaRecord record) {
    return records.write(id, version, Documents.writeJson(record));
  }

  @Override
  public boolean remove(String id, long version) {
    return records.remove(id, version);
  }
}
