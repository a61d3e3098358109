package io.nearcast.edge.flow;

import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.StoredResponse;

/** What a fill does with the head that has come from upstream; decided by {@link Arrivals}. */
sealed interface Arrival {

  /**
   * A 304: what is stored is fresh again.
   *
   * @param head what was stored, updated
   * @param variant of the requests that the response is for from now on
   * @param keep whether it may stay stored with that head
   */
  record Confirm(
      StoredResponse stored,
      ResponseHead head,
      Freshness freshness,
      Variant variant,
      Position asOf,
      boolean keep)
      implements Arrival {}

  /** An error, instead of which what is stored may be served. */
  record ServeStale(StoredResponse stored, int status) implements Arrival {}

  /** The body grows in memory and is stored when it is whole. */
  record Store(ResponseHead head, Freshness freshness, Variant variant, Position asOf)
      implements Arrival {}

  /**
   * The answer is handed on to the one who asked for it.
   *
   * @param head as the client gets it
   */
  record Relay(ResponseHead head, Reason notStored, Position asOf) implements Arrival {}

  /** No answer to what was asked. */
  record Malformed(String detail) implements Arrival {}
}
