package io.nearcast.control.store;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Records beside the log of a shared store, one for each control plane. A record is written only as
 * the next version of what the writer knows, and never under an id that was removed.
 *
 * <p>Thread-safe. Every method but {@link #await} is linearizable, may block for as long as the
 * network takes, and throws {@link StoreFailure} when it fails; what it was to write may then have
 * been written, or be written later.
 */
public interface SharedRecords {

  /**
   * A record.
   *
   * @param id as in a key
   * @param version another one after each write
   * @param value JSON; not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Kept(String id, long version, byte[] value) {}

  /**
   * All records at one moment.
   *
   * @param index of that moment
   * @param records in the order of their ids
   */
  record Listing(long index, List<Kept> records) {
    /** Copies the list. */
    public Listing {
      records = List.copyOf(records);
    }
  }

  /** The last sequence of the log, as all control planes agree that it is. */
  long head();

  /** All records. */
  List<Kept> all();

  /**
   * Waits until there has been a change, for a few seconds.
   *
   * @param index of what the caller knows, 0 for nothing
   */
  Listing await(long index);

  /** A record, or null if it is not there. */
  @Nullable Kept read(String id);

  /**
   * Writes a record.
   *
   * @param version the one that is there, 0 for none
   * @return the new version, empty if another one is there
   */
  OptionalLong write(String id, long version, byte[] value);

  /**
   * Removes a record.
   *
   * @return false if it is not there, or in another version
   */
  boolean remove(String id, long version);
}
