package io.nearcast.edge.flow;

import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import org.jspecify.annotations.Nullable;

/**
 * A response that can answer a request: stored, or still growing while a fill writes it.
 *
 * @param head status and end-to-end fields as they came
 * @param body the bytes that are in memory, or null where none are kept; held by whoever handed the
 *     answer over
 * @param length bytes of the whole body, -1 where that is not known yet
 * @param freshness its age and lifetime, null where it is not stored
 * @param asOf what it is as of; see PURGE.md rule 1
 */
record Answer(
    ResponseHead head,
    @Nullable SlabBody body,
    long length,
    @Nullable Freshness freshness,
    AsOf asOf) {

  /** What is stored; the body's reference stays the caller's. */
  static Answer of(StoredResponse stored) {
    return new Answer(
        stored.head(), stored.body(), stored.body().length(), stored.freshness(), stored.asOf());
  }

  static AsOf asOf(Position position) {
    return new AsOf(position.log(), position.sequence());
  }
}
