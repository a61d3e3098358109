package io.nearcast.router.geo;

import java.util.Arrays;

/**
 * A binary trie over the bits of addresses of one family, with a small number at some of its nodes.
 *
 * <p>Filled by one thread, then only read, by any thread.
 */
final class CidrTrie {
  /** No number at this node, or no child. */
  static final int NONE = -1;

  /** Two children for each node, the one for bit 0 first. */
  private int[] children = newSlots(64);

  private int[] values = newSlots(32);
  private int nodes = 1;

  /** What a look-up found: the most specific number, and how many bits it took to be sure. */
  record Found(int value, int uniform) {}

  /**
   * Puts a number at a network.
   *
   * @return whether there was none yet
   */
  boolean put(Prefix network, int value) {
    int node = 0;
    for (int i = 0; i < network.length(); i++) {
      int slot = 2 * node + network.bit(i);
      if (children[slot] == NONE) {
        int child = newNode();
        children[slot] = child;
      }
      node = children[slot];
    }
    boolean fresh = values[node] == NONE;
    values[node] = value;
    return fresh;
  }

  /**
   * Walks down along an address.
   *
   * <p>Every address that shares the first {@code uniform} bits gets the same result: the walk
   * leaves the trie there, or no node below has a child.
   */
  Found find(Prefix address) {
    int node = 0;
    int value = values[0];
    for (int depth = 0; depth < address.bits(); depth++) {
      int slot = 2 * node + address.bit(depth);
      int child = children[slot];
      if (child == NONE) {
        boolean leaf = children[slot ^ 1] == NONE;
        return new Found(value, leaf ? depth : depth + 1);
      }
      node = child;
      if (values[node] != NONE) {
        value = values[node];
      }
    }
    return new Found(value, address.bits());
  }

  private int newNode() {
    if (nodes == values.length) {
      children = grown(children);
      values = grown(values);
    }
    return nodes++;
  }

  private static int[] newSlots(int count) {
    int[] slots = new int[count];
    Arrays.fill(slots, NONE);
    return slots;
  }

  private static int[] grown(int[] slots) {
    int[] larger = Arrays.copyOf(slots, slots.length * 2);
    Arrays.fill(larger, slots.length, larger.length, NONE);
    return larger;
  }
}
