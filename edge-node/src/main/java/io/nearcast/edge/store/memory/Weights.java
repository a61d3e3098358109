package io.nearcast.edge.store.memory;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.CodedForms;

/**
 * What a stored response costs in memory: its body's pieces, and an estimate of its heap that
 * follows the layout of 64-bit HotSpot with compressed references. A test holds the estimate
 * against the heap.
 */
final class Weights {
  /** Caffeine weighs in ints; by these units they reach to 128 GiB. */
  static final int UNIT_BYTES = 64;

  /**
   * The objects that every response has, whatever it says, in bytes: Caffeine's node 56 and its
   * place in the table and the frequency sketch 56, key 32, variants and their array 48, response
   * 56, view 32, head 24, fields and their array 32, freshness 64, as-of 24, body 72 with a chain
   * of one piece 32, the header of the encoded head 24 and what keeps it 32.
   */
  static final int OBJECTS_BYTES = 592;

  /** A string with its array: two headers and fields, without the characters. */
  private static final int STRING_BYTES = 40;

  /** The entry of a key among those of its URL, where more than the URL counts. */
  private static final int SIBLING_BYTES = 240;

  /** What stands around a field's name and value where a head is encoded, or a reference to it. */
  private static final int FIELD_BYTES = 4;

  private Weights() {}

  /** So many bytes in units of {@link #UNIT_BYTES}, rounded up. */
  static long units(long bytes) {
    return (bytes + UNIT_BYTES - 1) / UNIT_BYTES;
  }

  /** The estimate of the heap that a response takes. */
  static long heapBytes(StoredResponse response) {
    long bytes = OBJECTS_BYTES;
    bytes += string(response.key().host()) + string(response.key().target());
    if (!response.key().extra().isEmpty()) {
      bytes += string(response.key().extra()) + string(response.key().url()) + SIBLING_BYTES;
    }
    for (String tag : response.tags()) {
      bytes += string(tag) + FIELD_BYTES;
    }
    Fields fields = response.head().fields();
    for (int i = 0; i < fields.size(); i++) {
      // Twice: as strings, and in the encoded head.
      bytes += string(fields.name(i)) + string(fields.value(i)) + 2 * FIELD_BYTES;
      bytes += fields.name(i).length() + fields.value(i).length() + FIELD_BYTES;
    }
    for (String value : response.variant().values()) {
      bytes += value == null ? 0 : string(value);
    }
    CodedForms forms = response.body().codedForms();
    return bytes + (forms == null ? 0 : forms.heapBytes());
  }

  /** The slab memory that a response takes, with its coded forms. */
  static long slabBytes(StoredResponse response) {
    CodedForms forms = response.body().codedForms();
    return response.body().allocatedBytes() + (forms == null ? 0 : forms.allocatedBytes());
  }

  private static long string(String text) {
    return (long) STRING_BYTES + text.length();
  }
}
