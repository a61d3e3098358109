package io.nearcast.edge.flow;

import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Tags;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import org.jspecify.annotations.Nullable;

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
      implements Arrival {

    /** What is stored from now on, with a reference of its own (PURGE.md rule 1). */
    StoredResponse updated(Order order) {
      return stored.withHead(head, variant, freshness, Answer.asOf(asOf), order.ownEpoch());
    }
  }

  /** An error, instead of which what is stored may be served. */
  record ServeStale(StoredResponse stored, int status) implements Arrival {}

  /** What is stored. */
  enum Kind {
    /** A whole response. */
    WHOLE,
    /** The part that a 206 brings. */
    PART,
    /** A slice of a large object. */
    SLICE
  }

  /**
   * The body grows in memory and is stored when it is complete.
   *
   * @param length bytes that the body will have, -1 where that is not known
   * @param before what is stored of it already and comes before what is fetched, or null
   * @param after what is stored of it already and comes behind what is fetched, or null
   */
  record Store(
      Kind kind,
      ResponseHead head,
      Freshness freshness,
      Variant variant,
      Position asOf,
      long length,
      @Nullable StoredResponse before,
      @Nullable StoredResponse after)
      implements Arrival {}

  /**
   * The object is large and lies in slices from now on.
   *
   * @param whole the head of the whole, with the whole's length
   * @param slice one of them, which is what follows the head; null where that is of no use
   * @param index the number of that slice
   */
  record Slice(Store whole, @Nullable Store slice, long index) implements Arrival {

    /**
     * What is stored of the whole.
     *
     * @param none a growing body without a byte; passes
     */
    StoredResponse manifest(Order order, SlabBody none) {
      none.finish();
      return new StoredResponse(
          order.key(),
          whole.variant(),
          whole.head(),
          whole.freshness(),
          Tags.of(whole.head().fields()).names().toArray(String[]::new),
          Answer.asOf(whole.asOf()),
          order.ownEpoch(),
          none,
          new Content.Sliced(whole.length()));
    }
  }

  /**
   * The answer is handed on to the one who asked for it.
   *
   * @param head as the client gets it
   */
  record Relay(ResponseHead head, Reason notStored, Position asOf) implements Arrival {

    /**
     * What its reader gets.
     *
     * @param length of the body, -1 where that is not known
     */
    Answer answer(long length) {
      return new Answer(head, null, length, null, Answer.asOf(asOf), null);
    }

    Outcome outcome(Order order) {
      Reason why = order.mayStore() ? notStored : null;
      return Outcome.forwarded(order.reason(), head.status(), false, why);
    }

    /** Whether it says nothing of what a request without a range would get. */
    boolean aboutRange() {
      return head.status() == 206 || head.status() == 416;
    }
  }

  /** It is of no use: the order that is to be placed instead is. */
  enum Again implements Arrival {
    /** The only one. */
    INSTEAD
  }

  /**
   * What the slice was to belong to has changed, or cannot be had in slices.
   *
   * @param sliceable whether the origin gives slices at all
   */
  record Changed(boolean sliceable) implements Arrival {}

  /** No answer to what was asked. */
  record Malformed(String detail) implements Arrival {}
}
