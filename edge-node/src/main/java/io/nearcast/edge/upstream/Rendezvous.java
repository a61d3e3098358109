package io.nearcast.edge.upstream;

import java.util.ArrayList;
import java.util.List;

/**
 * Highest random weight: each key ranks all shields by a hash of both, so that every edge picks the
 * same one, and a shield that goes or comes moves only its own keys (Thaler and Ravishankar, 1998).
 */
final class Rendezvous {
  private Rendezvous() {}

  /** The shields of the greatest weight for a key, heaviest first, at most so many. */
  static List<TargetState> heaviest(List<TargetState> shields, long keyHash, int count) {
    if (shields.size() <= 1) {
      return shields;
    }
    List<TargetState> ranked = new ArrayList<>(count + 1);
    for (TargetState shield : shields) {
      long weight = weight(shield.target().name(), keyHash);
      int place = ranked.size();
      while (place > 0 && weight(ranked.get(place - 1).target().name(), keyHash) < weight) {
        place--;
      }
      if (place < count) {
        ranked.add(place, shield);
      }
      if (ranked.size() > count) {
        ranked.removeLast();
      }
    }
    return ranked;
  }

  /** The same on every node: it is made of the name's own hash, which Java fixes. */
  static long weight(String name, long keyHash) {
    return mixed(mixed(name.hashCode()) ^ keyHash);
  }

  /** The finalizer of MurmurHash3: each bit in moves each bit out half of the time. */
  private static long mixed(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }
}
