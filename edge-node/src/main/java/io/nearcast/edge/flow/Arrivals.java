package io.nearcast.edge.flow;

import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.ContentRange;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.HopByHop;
import io.nearcast.edge.rules.PartialContent;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Slices;
import io.nearcast.edge.rules.StaleOnError;
import io.nearcast.edge.rules.Storability;
import io.nearcast.edge.rules.Storable;
import io.nearcast.edge.rules.Validation;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.Target;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of the head that a fill's order has brought: reads, changes nothing.
 *
 * @param candidate what is stored and is being validated or completed, or may serve on an error
 * @param candidateSoft whether it was purged softly
 * @param requestMillis when the order was placed
 */
record Arrivals(
    Engine engine,
    Order order,
    @Nullable StoredResponse candidate,
    boolean candidateSoft,
    long requestMillis) {

  /** A final head as it came, and what is worked out of it first. */
  private record Came(ResponseHead raw, long length, Position asOf, long now) {
    ResponseHead stored() {
      return raw.withFields(HopByHop.forStore(raw.fields())).dated(now);
    }
  }

  /**
   * What to do with a final head.
   *
   * @param raw as it came
   * @param length bytes of body that follow, -1 where that is not known
   */
  Arrival of(Target from, ResponseHead raw, long length) {
    Came came =
        new Came(
            raw,
            length,
            order.epoch().asOf(from.shield(), Tiers.asOf(raw.fields())),
            engine.nowMillis());
    if (order.aim() instanceof Aim.Slice slice) {
      return slice(came, slice);
    }
    if (raw.status() == 206 && !order.asksForRange()) {
      return again(new Arrival.Malformed("206 although no range was asked for"));
    }
    if (order.aim() == Aim.Plain.AS_IS) {
      return whole(came);
    }
    if (raw.status() == 304) {
      return notModified(came);
    }
    if (from.shield() && mayBeOlderThanOwnPurge()) {
      return again(whole(came));
    }
    if (candidate != null && StaleOnError.isError(raw.status()) && maySaveUs(candidate, came.now)) {
      return new Arrival.ServeStale(candidate, raw.status());
    }
    if (raw.status() == 416 && asksForOwnRange()) {
      // The client's range was another one, perhaps on a condition that we did not send.
      return again(whole(came));
    }
    return raw.status() == 206 ? partial(came) : whole(came);
  }

  /**
   * What is stored is newer than a purge of this node alone, or than an unsafe request, but the
   * shield was not told to ask the origin: another response than the stored one may be what was
   * purged (PURGE.md rule 24).
   */
  private boolean mayBeOlderThanOwnPurge() {
    return candidate != null
        && order.aim() == Aim.Plain.VALIDATE
        && (engine.ownPurges().min(order.key()) > 0 || engine.invalidations().lately(order.key()))
        && !Tiers.asksOrigin(order.upstream().head().fields());
  }

  private boolean asksForOwnRange() {
    return order.aim() instanceof Aim.Far || order.aim() == Aim.Plain.COMPLETE;
  }

  // 304

  private Arrival notModified(Came came) {
    boolean asked = order.aim() == Aim.Plain.VALIDATE && candidate != null;
    if (candidate == null || !asked || !Validation.confirms(candidate.head(), came.raw)) {
      return again(new Arrival.Malformed("304 for what was not asked about"));
    }
    ResponseHead head = Validation.update(candidate.head(), came.raw.dated(came.now));
    Freshness freshness = freshness(head, came);
    boolean keep = engine.purges().keeps(came.asOf) && refusal(head, freshness) == null;
    Variant selects = variant(order, candidate, head);
    return new Arrival.Confirm(candidate, head, freshness, selects, came.asOf, keep);
  }

  /**
   * What updates a stored head may bring another Vary, which counts from then on (RFC 9111 sections
   * 3.2 and 4.1).
   */
  static Variant variant(Order order, StoredResponse stored, ResponseHead updated) {
    Variant now = VaryRule.of(updated, order.client(), order.policy().key());
    return now.names().equals(stored.variant().names()) ? stored.variant() : now;
  }

  private Arrival again(Arrival otherwise) {
    return order.instead() == null ? otherwise : Arrival.Again.INSTEAD;
  }

  // Anything whole

  private Arrival whole(Came came) {
    if (came.raw.status() == 206) {
      return relay(came, order.mayStore() ? Reason.PARTIAL : order.reason());
    }
    ResponseHead head = came.stored();
    Freshness freshness = freshness(head, came);
    Reason refusal = refusal(head, freshness);
    if (refusal != null) {
      return relay(came, refusal);
    }
    Arrival.Store store = store(head, freshness, came);
    if (head.status() == 200 && mayBeSliced(head, came.length)) {
      return new Arrival.Slice(store, null, 0);
    }
    return came.length > engine.objectBytesMax() ? again(relay(came, Reason.TOO_LARGE)) : store;
  }

  private Freshness freshness(ResponseHead head, Came came) {
    return Freshness.of(order.client(), head, requestMillis, came.now, order.policy());
  }

  /** Why it is not stored, whatever its length; null where it is. */
  private @Nullable Reason refusal(ResponseHead head, Freshness freshness) {
    if (!order.mayStore()) {
      return order.reason();
    }
    Storable storable =
        head.status() == 206
            ? Storability.decidePartial(order.client(), head, freshness, order.policy())
            : Storability.decide(order.client(), head, freshness, order.policy());
    return storable instanceof Storable.DoNotStore(Reason reason) ? reason : null;
  }

  private boolean mayBeSliced(ResponseHead head, long length) {
    return length > engine.largeBytes()
        && order.upstream().head().method().equals("GET")
        && Slices.possible(head)
        && !engine.fills().isUnsliced(order.key());
  }

  private Arrival.Store store(ResponseHead head, Freshness freshness, Came came) {
    Variant variant = VaryRule.of(head, order.client(), order.policy().key());
    Arrival.Kind kind = head.status() == 206 ? Arrival.Kind.PART : Arrival.Kind.WHOLE;
    return new Arrival.Store(kind, head, freshness, variant, came.asOf, came.length, null, null);
  }

  private static Arrival.Relay relay(Came came, Reason notStored) {
    ResponseHead head = came.raw.withFields(HopByHop.forClient(came.raw.fields())).dated(came.now);
    return new Arrival.Relay(head, notStored, came.asOf);
  }

  // 206

  private Arrival partial(Came came) {
    return switch (order.aim()) {
      case Aim.Far(long index) -> far(came, index);
      case Aim.Plain.COMPLETE -> completing(came);
      case Aim.Plain.TAIL -> tail(came);
      default -> relay(came, Reason.PARTIAL);
    };
  }

  /** The slice that was asked for on trust, or something that only the one who asked can use. */
  private Arrival far(Came came, long index) {
    ContentRange range = ContentRange.of(came.raw.fields());
    long length = range == null ? ContentRange.UNKNOWN : range.completeLength();
    boolean exact =
        length >= 0
            && Slices.exact(came.raw, index, length)
            && (came.length < 0 || came.length == Slices.range(index, length).length());
    Arrival sliced = exact ? sliced(came, length) : null;
    if (!(sliced instanceof Arrival.Slice(Arrival.Store manifest, _, _))) {
      return again(relay(came, Reason.PARTIAL));
    }
    ResponseHead head = Validation.update(manifest.head(), came.stored());
    Arrival.Store slice = sliceOf(head, manifest.freshness(), index, length, came);
    return new Arrival.Slice(manifest, slice, index);
  }

  private Arrival.@Nullable Slice sliced(Came came, long length) {
    ResponseHead head = Slices.manifest(Portion.ofOtherBytes(came.stored()), length);
    Freshness freshness = freshness(head, came);
    boolean possible = mayBeSliced(came.raw, length) && refusal(head, freshness) == null;
    Came whole = new Came(came.raw, length, came.asOf, came.now);
    return possible ? new Arrival.Slice(store(head, freshness, whole), null, 0) : null;
  }

  private Arrival completing(Came came) {
    ContentRange range = ContentRange.of(came.raw.fields());
    if (candidate == null
        || range == null
        || !(candidate.content() instanceof Content.Part(PartialContent stored))) {
      return again(relay(came, Reason.PARTIAL));
    }
    PartialContent rest = PartialContent.of(came.raw, range.length());
    PartialContent union = rest == null ? null : stored.combine(candidate.head(), came.raw, rest);
    boolean behind = range.first() == stored.last() + 1;
    boolean fits =
        union != null
            && union.whole()
            && (behind || range.last() + 1 == stored.first())
            && (came.length < 0 || came.length == range.length());
    if (!fits || union == null) {
      return again(relay(came, Reason.PARTIAL));
    }
    ResponseHead head =
        PartialContent.combinedHead(candidate.head(), came.raw.dated(came.now), union);
    Freshness freshness = freshness(head, came);
    if (refusal(head, freshness) != null || union.length() > engine.objectBytesMax()) {
      return again(relay(came, Reason.PARTIAL));
    }
    return new Arrival.Store(
        Arrival.Kind.WHOLE,
        head,
        freshness,
        variant(order, candidate, head),
        came.asOf,
        union.length(),
        behind ? candidate : null,
        behind ? null : candidate);
  }

  /** The end of an object, stored as a part; where the object is large, its slices follow. */
  private Arrival tail(Came came) {
    ResponseHead head = came.stored();
    Freshness freshness = freshness(head, came);
    Reason refusal = refusal(head, freshness);
    if (refusal != null) {
      return relay(came, refusal);
    }
    ContentRange range = ContentRange.of(head.fields());
    Arrival.Slice sliced = range == null ? null : sliced(came, range.completeLength());
    if (sliced != null) {
      return sliced;
    }
    return came.length > engine.objectBytesMax()
        ? relay(came, Reason.TOO_LARGE)
        : store(head, freshness, came);
  }

  // A slice

  private Arrival slice(Came came, Aim.Slice asked) {
    int status = came.raw.status();
    if (status >= 500) {
      return new Arrival.Malformed("answers " + status + " where a slice was asked for");
    }
    boolean same = Slices.same(asked.manifest(), came.stored());
    if (!same || status != 206) {
      // What is the same and yet not the range that was asked for: it gives none.
      return new Arrival.Changed(!same);
    }
    long wanted = Slices.range(asked.index(), asked.length()).length();
    boolean exact =
        Slices.exact(came.raw, asked.index(), asked.length())
            && (came.length < 0 || came.length == wanted);
    ResponseHead whole = Validation.update(asked.manifest(), came.stored());
    Freshness freshness = freshness(whole, came);
    if (!exact || refusal(whole, freshness) != null) {
      return new Arrival.Changed(false);
    }
    return sliceOf(whole, freshness, asked.index(), asked.length(), came);
  }

  /** A slice is found by a key that names its variant. */
  private static Arrival.Store sliceOf(
      ResponseHead head, Freshness freshness, long index, long length, Came came) {
    long bytes = Slices.range(index, length).length();
    return new Arrival.Store(
        Arrival.Kind.SLICE, head, freshness, Variant.ANY, came.asOf, bytes, null, null);
  }

  // No answer

  /** What may be served because there is no answer at all, or null. */
  @Nullable StoredResponse onFailure() {
    return candidate != null && maySaveUs(candidate, engine.nowMillis()) ? candidate : null;
  }

  private boolean maySaveUs(StoredResponse stored, long now) {
    // A part that is being completed is not what was asked for.
    boolean answers =
        order.aim() == Aim.Plain.VALIDATE || !(stored.content() instanceof Content.Part);
    return answers
        && order.mayServeStale()
        && StaleOnError.mayServe(stored.freshness(), candidateSoft, now);
  }
}
