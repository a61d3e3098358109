package io.nearcast.loadtest.promise;

import io.nearcast.control.fleet.ReplicaRecord;
import io.nearcast.control.fleet.ReplicaStore;
import io.nearcast.control.store.StoreFailure;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The records as a control plane reaches them: an operation may fail before it has taken effect,
 * after it has, or before it does so later.
 */
final class RemoteRecords implements ReplicaStore {
  private static final int LATE_MILLIS_MAX = 4_000;

  private final World world;
  private final Timeline time;
  private final SimRecords records;
  private final SimControl plane;

  RemoteRecords(World world, SimRecords records, SimControl plane) {
    this.world = world;
    this.time = world.time;
    this.records = records;
    this.plane = plane;
  }

  private <T> T call(Supplier<T> operation) {
    if (time.isCut(plane.id, SimStore.ID)) {
      throw failed();
    }
    if (time.random.nextInt(100) >= time.lossPercent) {
      return operation.get();
    }
    if (time.random.nextBoolean()) {
      var _ = operation.get();
    } else {
      time.after(
          time.random.nextInt(LATE_MILLIS_MAX),
          () -> {
            var _ = operation.get();
          });
    }
    throw failed();
  }

  private static StoreFailure failed() {
    return new StoreFailure("the store does not answer", new IllegalStateException("cut"));
  }

  @Override
  public long head() {
    return call(() -> world.off(Rule.RECORD_BEFORE_HEAD) ? plane.head() : records.head());
  }

  @Override
  public List<Kept> all() {
    return call(records::all);
  }

  @Override
  public @Nullable Kept read(String id) {
    return call(() -> Optional.ofNullable(records.read(id))).orElse(null);
  }

  @Override
  public OptionalLong create(String id, ReplicaRecord record) {
    return call(() -> records.create(id, record));
  }

  @Override
  public OptionalLong replace(String id, long version, ReplicaRecord record) {
    return call(() ->
        world.off(Rule.COMPARE_AND_SET)
            ? records.put(id, record)
            : records.replace(id, version, record));
  }

  @Override
  public boolean remove(String id, long version) {
    return call(() -> records.remove(id, version));
  }
}
