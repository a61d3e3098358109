package io.nearcast.edge.store.memory;

import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.StoredResponse;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The responses under one key, newest first. Immutable; a change makes a new one, and says whom it
 * left out, so that whoever installs it releases those.
 */
final class Variants {
  private static final StoredResponse[] NONE = {};

  private final StoredResponse[] responses;
  private final int weight;
  private final int heapWeight;

  private Variants(StoredResponse[] responses) {
    this.responses = responses;
    long sum = 0;
    long heapSum = 0;
    for (StoredResponse response : responses) {
      long heapBytes = Weights.heapBytes(response);
      heapSum += Weights.units(heapBytes);
      sum += Weights.units(heapBytes + Weights.slabBytes(response));
    }
    weight = (int) Math.min(sum, Integer.MAX_VALUE);
    heapWeight = (int) Math.min(heapSum, Integer.MAX_VALUE);
  }

  /** What they weigh together, in units of {@link Weights#UNIT_BYTES}. */
  int weight() {
    return weight;
  }

  /** The part of it that is heap. */
  int heapWeight() {
    return heapWeight;
  }

  /** The same with what they weigh now. */
  Variants reweighed() {
    return new Variants(responses);
  }

  int count() {
    return responses.length;
  }

  /** Of those that the request selects best the newest, or null (RFC 9111 section 4.1). */
  @Nullable StoredResponse select(RequestHead request) {
    StoredResponse best = null;
    VaryRule.Fit bestFit = VaryRule.Fit.NONE;
    for (StoredResponse response : responses) {
      VaryRule.Fit fit = VaryRule.fit(response.variant(), request);
      if (fit == VaryRule.Fit.FIELDS) {
        return response;
      }
      if (fit.compareTo(bestFit) > 0) {
        best = response;
        bestFit = fit;
      }
    }
    return best;
  }

  StoredResponse newest() {
    return responses[0];
  }

  void forEach(Consumer<StoredResponse> consumer) {
    for (StoredResponse response : responses) {
      consumer.accept(response);
    }
  }

  /**
   * These with a new first one, without the one of its variant.
   *
   * @param old what there is, null for none
   * @param countMax so many are kept, the newest
   * @param dropped hears who is left out
   */
  static Variants with(
      @Nullable Variants old,
      StoredResponse added,
      int countMax,
      Consumer<StoredResponse> dropped) {
    StoredResponse[] before = old == null ? NONE : old.responses;
    StoredResponse[] kept = new StoredResponse[Math.min(before.length + 1, countMax)];
    kept[0] = added;
    int count = 1;
    Variant variant = added.variant();
    for (StoredResponse response : before) {
      if (count == kept.length || response.variant().equals(variant)) {
        dropped.accept(response);
      } else {
        kept[count++] = response;
      }
    }
    return new Variants(count == kept.length ? kept : Arrays.copyOf(kept, count));
  }

  /** These without that one; null where nothing is left, this where it is not among them. */
  @Nullable Variants without(StoredResponse removed) {
    int index = indexOf(removed);
    if (index < 0) {
      return this;
    }
    if (responses.length == 1) {
      return null;
    }
    StoredResponse[] kept = new StoredResponse[responses.length - 1];
    System.arraycopy(responses, 0, kept, 0, index);
    System.arraycopy(responses, index + 1, kept, index, kept.length - index);
    return new Variants(kept);
  }

  private int indexOf(StoredResponse wanted) {
    for (int i = 0; i < responses.length; i++) {
      if (responses[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
