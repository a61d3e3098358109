package io.nearcast.edge.store;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.StoredView;
import io.nearcast.edge.rules.Tags;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.slab.SlabBody;
import org.jspecify.annotations.Nullable;

/**
 * One response that a store keeps: head, body, and what decides about its use.
 *
 * <p>Immutable but for notes that save work and that any thread may overwrite: when it was last
 * compared with the purges, its heads as bytes, and its lifetime by the policy that counts now.
 *
 * <p>Ownership: a response has no count of its own, its references are those of the body. Whoever
 * holds one may use head and body; without one, all but the bytes of the body may still be read.
 */
public final class StoredResponse {
  private final CacheKey key;
  private final String[] tags;
  private final AsOf asOf;
  private final long ownEpoch;
  private final SlabBody body;
  private final Content content;

  private volatile StoredView view;
  private volatile @Nullable CachePolicy policy;
  private volatile long checkedAt;
  private volatile @Nullable SentHeads sentHeads;

  /**
   * A response with all of its body, to be stored.
   *
   * @param key what it is found by
   * @param variant the request fields that it was selected by
   * @param head the end-to-end fields as they will be sent
   * @param freshness its age and lifetime
   * @param tags what it can be purged by; not copied, not to be changed any more
   * @param asOf which purges it is newer than
   * @param ownEpoch how many purges of the node's own there had been when the upstream was asked
   * @param body its body, a reference to which passes to this response
   */
  public StoredResponse(
      CacheKey key,
      Variant variant,
      ResponseHead head,
      Freshness freshness,
      String[] tags,
      AsOf asOf,
      long ownEpoch,
      SlabBody body) {
    this(key, variant, head, freshness, tags, asOf, ownEpoch, body, Content.Whole.ALL);
  }

  /**
   * A response to be stored; see the other constructor.
   *
   * @param content what its body is
   */
  public StoredResponse(
      CacheKey key,
      Variant variant,
      ResponseHead head,
      Freshness freshness,
      String[] tags,
      AsOf asOf,
      long ownEpoch,
      SlabBody body,
      Content content) {
    this(key, StoredView.of(head, variant, freshness), tags, asOf, ownEpoch, body, content);
  }

  private StoredResponse(
      CacheKey key,
      StoredView view,
      String[] tags,
      AsOf asOf,
      long ownEpoch,
      SlabBody body,
      Content content) {
    this.content = content;
    this.key = key;
    this.view = view;
    this.tags = tags;
    this.asOf = asOf;
    this.ownEpoch = ownEpoch;
    this.body = body;
    // Not when it is stored: a purge may have come since it was asked for (PURGE.md rule 2).
    this.checkedAt = asOf.sequence();
  }

  /**
   * This response after a 304: the same body, to which the new response has a reference of its own,
   * under another head and the tags that this one has. The caller must hold a reference.
   *
   * @param newVariant the request fields that select it from now on
   * @param ownEpoch how many purges of the node's own there had been when the upstream was asked
   */
  public StoredResponse withHead(
      ResponseHead head, Variant newVariant, Freshness freshness, AsOf asOf, long ownEpoch) {
    StoredView updated = StoredView.of(head, newVariant, freshness);
    String[] updatedTags = Tags.of(head.fields()).names().toArray(String[]::new);
    return new StoredResponse(key, updated, updatedTags, asOf, ownEpoch, body.retain(), content);
  }

  /**
   * Sees to it that its lifetime is what this policy gives it: a service may have changed since it
   * was stored. One comparison where it has not.
   */
  @SuppressWarnings("ReferenceEquality") // a document that did not change is the same object
  public void under(CachePolicy now) {
    if (policy != now) {
      view = view.under(now);
      policy = now;
    }
  }

  /** What it is found by. */
  public CacheKey key() {
    return key;
  }

  /** What the rules need to know of it. */
  public StoredView view() {
    return view;
  }

  /** The request fields that it was selected by. */
  public Variant variant() {
    return view.variant();
  }

  /** The end-to-end fields as they will be sent. */
  public ResponseHead head() {
    return view.head();
  }

  /** Its age and lifetime. */
  public Freshness freshness() {
    return view.freshness();
  }

  /** What it can be purged by; not to be changed. */
  public String[] tags() {
    return tags;
  }

  /** Which purges it is newer than. */
  public AsOf asOf() {
    return asOf;
  }

  /** How many purges of the node's own there had been when the upstream was asked. */
  public long ownEpoch() {
    return ownEpoch;
  }

  /** What its body is. */
  public Content content() {
    return content;
  }

  /** Its body, for as long as the caller holds a reference. */
  public SlabBody body() {
    return body;
  }

  /** The purge epoch at which it was last found unpurged; at first the sequence it is as of. */
  public long checkedAt() {
    return checkedAt;
  }

  /** Notes that it was found unpurged at an epoch. */
  public void checkedAt(long epoch) {
    checkedAt = epoch;
  }

  /** The heads as they were last encoded, or null before the first time. */
  public @Nullable SentHeads sentHeads() {
    return sentHeads;
  }

  /** Keeps encoded heads for the next request. */
  public void sentHeads(SentHeads encoded) {
    sentHeads = encoded;
  }

  /**
   * Takes a reference unless the last one was released; the caller need not have one.
   *
   * @return whether the caller has one now
   */
  public boolean tryRetain() {
    return body.tryRetain();
  }

  /** Takes one more reference; the caller must have one. Returns this. */
  public StoredResponse retain() {
    body.retain();
    return this;
  }

  /** Gives back one reference. */
  public void release() {
    body.release();
  }
}
