package io.nearcast.edge.store;

import io.nearcast.config.model.Coding;
import io.nearcast.config.model.CompressionPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The heads that a stored response is sent under, as bytes, so that they are encoded once: its own,
 * and those of its coded forms. They count for one compression policy. Immutable.
 */
public final class SentHeads {
  private static final byte[] NOT_YET = {};
  private static final byte[][] NONE = {};

  private final CompressionPolicy policy;
  private final boolean eligible;
  private final byte[] identity;
  private final byte[][] coded;

  private SentHeads(CompressionPolicy policy, boolean eligible, byte[] identity, byte[][] coded) {
    this.policy = policy;
    this.eligible = eligible;
    this.identity = identity;
    this.coded = coded;
  }

  /**
   * Heads that are not encoded yet.
   *
   * @param eligible whether the response is offered in coded forms under the policy
   */
  public static SentHeads of(CompressionPolicy policy, boolean eligible) {
    return new SentHeads(policy, eligible, NOT_YET, NONE);
  }

  /**
   * Whether they are those that count under a policy: the very same one, for that costs nothing to
   * see, and a service's new version has another.
   */
  @SuppressWarnings("ReferenceEquality")
  public boolean countFor(CompressionPolicy other) {
    return policy == other;
  }

  /** Whether the response is offered in coded forms. */
  public boolean eligible() {
    return eligible;
  }

  /**
   * The head of a form, of length 0 before it was encoded; not to be changed.
   *
   * @param coding null for the stored form
   */
  public byte[] bytes(@Nullable Coding coding) {
    if (coding == null) {
      return identity;
    }
    return coded.length == 0 ? NOT_YET : coded[coding.index()];
  }

  /** These with the head of one form. */
  public SentHeads with(@Nullable Coding coding, byte[] encoded) {
    if (coding == null) {
      return new SentHeads(policy, eligible, encoded, coded);
    }
    byte[][] changed = new byte[Coding.ALL.size()][];
    for (Coding each : Coding.ALL) {
      changed[each.index()] = each == coding ? encoded : bytes(each);
    }
    return new SentHeads(policy, eligible, identity, changed);
  }
}
