package io.nearcast.control.fleet;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The records of the control planes that share a store, and the head of its log. Every operation is
 * linearizable: it takes effect, or sees what is there, at one moment between its call and its
 * return.
 *
 * <p>An operation that throws {@link io.nearcast.control.store.StoreFailure} may have taken effect,
 * or may still do so.
 */
public interface ReplicaStore {

  /**
   * A record as it is in the store.
   *
   * @param id of the control plane
   * @param version another one after each write
   * @param record what it says
   */
  record Kept(String id, long version, ReplicaRecord record) {}

  /** The last sequence of the log. */
  long head();

  /** All records. */
  List<Kept> all();

  /** One record, or null if it is not there. */
  @Nullable Kept read(String id);

  /**
   * Writes a record that is not there.
   *
   * @return its version, empty if it is there
   */
  OptionalLong create(String id, ReplicaRecord record);

  /**
   * Writes a record that is there in a version.
   *
   * @return its new version, empty if it is not there or in another version
   */
  OptionalLong replace(String id, long version, ReplicaRecord record);

  /**
   * Removes a record that is there in a version.
   *
   * @return whether it was
   */
  boolean remove(String id, long version);
}
