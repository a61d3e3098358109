package io.nearcast.edge.flow;

import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.Decide;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.HopByHop;
import io.nearcast.edge.rules.PartialContent;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import org.jspecify.annotations.Nullable;

/**
 * A response that can answer a request: stored, or still growing while a fill writes it.
 *
 * @param head status and end-to-end fields as they came
 * @param body the bytes that are in memory, or null where none are kept; held by whoever handed the
 *     answer over
 * @param length bytes of the whole body, or of the part that it is, -1 where that is not known yet
 * @param freshness its age and lifetime, null where it is not stored
 * @param asOf what it is as of; see PURGE.md rule 1
 * @param stored the stored response that it is, null where it still grows or is handed on
 */
record Answer(
    ResponseHead head,
    @Nullable SlabBody body,
    long length,
    @Nullable Freshness freshness,
    AsOf asOf,
    @Nullable StoredResponse stored) {

  /** What is stored; the body's reference stays the caller's. */
  static Answer of(StoredResponse stored, AsOf asOf) {
    long length =
        stored.content() instanceof Content.Sliced(long whole) ? whole : stored.body().length();
    return new Answer(stored.head(), stored.body(), length, stored.freshness(), asOf, stored);
  }

  /** This with all the fields that a client may have, also those that are not to be stored. */
  Answer withFieldsOf(ResponseHead raw, long nowMillis) {
    ResponseHead whole = raw.withFields(HopByHop.forClient(raw.fields())).dated(nowMillis);
    return new Answer(whole, body, length, freshness, asOf, stored);
  }

  /** What its body is. */
  Content content() {
    return stored == null ? Content.Whole.ALL : stored.content();
  }

  /**
   * Whether a request can be answered with it.
   *
   * @param selected the request fields that it was selected by
   * @param order what brought it
   */
  boolean fits(RequestHead request, Variant selected, Order order) {
    if (!VaryRule.matches(selected, request)) {
      return false;
    }
    if (content() instanceof Content.Part(PartialContent part)) {
      return Decide.partAnswers(request, head, part);
    }
    // A part that is still growing is for those who ask for the very same.
    boolean growingPart = head.status() == 206 && freshness != null;
    return !growingPart || order.asksForRangeOf(request);
  }

  /** Where in the representation the body begins. */
  long offset() {
    return content() instanceof Content.Part(PartialContent part) ? part.first() : 0;
  }

  static AsOf asOf(Position position) {
    return new AsOf(position.log(), position.sequence());
  }
}
