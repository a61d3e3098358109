package io.nearcast.edge.store;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.slab.SlabBody;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Responses by key and variant. All methods may be called from any thread, event loops included:
 * none of them waits for input or output, and a look-up takes no lock.
 */
public interface Store extends AutoCloseable {

  /**
   * A body to write a response into that is to be stored; it counts against the store's memory from
   * its first byte. It refuses bytes once it is larger than what the store would keep.
   *
   * @param expectedLength how many bytes will come, or {@link SlabBody#UNKNOWN_LENGTH}
   * @return a growing body with one reference, the caller's
   */
  SlabBody newBody(long expectedLength);

  /**
   * The newest response under a key that a request selects (RFC 9111 section 4.1), fresh or not.
   *
   * @return retained for the caller, who releases it; {@code null} where there is none
   */
  @Nullable StoredResponse lookup(CacheKey key, RequestHead request);

  /** Whether there is any response under a key, whichever request it was for. */
  boolean holds(CacheKey key);

  /** The variant of the newest response under a key, or null: it shows what Vary names there. */
  @Nullable Variant newestVariant(CacheKey key);

  /**
   * The responses under a key, newest first, each retained for the caller, who releases them.
   * Unlike a look-up it does not count as a use.
   */
  List<StoredResponse> peek(CacheKey key);

  /**
   * Stores a response in place of the one with the same key and variant. Takes over the caller's
   * reference; whether and for how long the response stays is the store's choice.
   */
  default void put(StoredResponse response) {
    put(response, KeyPolicy.VARIANTS_DEFAULT);
  }

  /**
   * The same, where a service says how many responses there may be under one key.
   *
   * @param variantsMax beyond this many the oldest go, at least 1
   */
  void put(StoredResponse response, int variantsMax);

  /** Weighs the responses under a key again, for one of them has got coded forms. */
  void reweigh(CacheKey key);

  /** Removes this very response; one that has taken its place stays. */
  void remove(StoredResponse response);

  /**
   * Removes all responses for the URL of a key: also under the keys that differ from it only by
   * what else of a request counts, such as a cookie.
   */
  void invalidate(CacheKey key);

  /**
   * Shows every response, for sweeps. Responses that come or go meanwhile may be missed. The
   * consumer gets no reference: it must not read bodies, and may call {@link #remove}.
   */
  void forEach(Consumer<StoredResponse> consumer);

  /** What it holds now. */
  StoreStats stats();

  /** Releases every response; memory goes back to the system once the last reader is done. */
  @Override
  void close();
}
