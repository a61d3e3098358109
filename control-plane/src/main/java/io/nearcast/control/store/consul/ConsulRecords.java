package io.nearcast.control.store.consul;

import com.orbitz.consul.model.ConsulResponse;
import com.orbitz.consul.model.kv.Value;
import io.nearcast.config.json.Documents;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.SharedRecords;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Records in Consul's KV store; the version of one is the index at which it was written last. */
final class ConsulRecords implements SharedRecords {
  private final ConsulKv kv;
  private final Keys keys;

  ConsulRecords(ConsulKv kv, Keys keys) {
    this.kv = kv;
    this.keys = keys;
  }

  @Override
  public long head() {
    Value head = kv.read(keys.head());
    if (head == null) {
      throw ConsulKv.failure("the head is gone: who has deleted Nearcast's keys?");
    }
    return Documents.readJson(Position.class, ConsulKv.bytes(head)).head();
  }

  @Override
  public List<Kept> all() {
    return kept(kv.readTree(keys.replica("")));
  }

  @Override
  public Listing await(long index) {
    ConsulResponse<List<Value>> now =
        kv.awaitTreeChange(keys.replica(""), BigInteger.valueOf(index));
    List<Value> values = now.getResponse(); // null where there are none
    return new Listing(now.getIndex().longValueExact(), values == null ? List.of() : kept(values));
  }

  @Override
  public @Nullable Kept read(String id) {
    Value value = kv.read(keys.replica(id));
    return value == null ? null : kept(value);
  }

  @Override
  public OptionalLong write(String id, long version, byte[] value) {
    return kv.compareAndSet(keys.replica(id), value, BigInteger.valueOf(version));
  }

  @Override
  public boolean remove(String id, long version) {
    return kv.compareAndDelete(keys.replica(id), BigInteger.valueOf(version));
  }

  private List<Kept> kept(List<Value> values) {
    return values.stream().map(this::kept).sorted(Comparator.comparing(Kept::id)).toList();
  }

  private Kept kept(Value value) {
    return new Kept(keys.replicaId(value.getKey()), value.getModifyIndex(), ConsulKv.bytes(value));
  }
}
