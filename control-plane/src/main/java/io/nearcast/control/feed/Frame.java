package io.nearcast.control.feed;

import io.nearcast.control.store.Entry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch of entries as it goes over the wire, encoded once for all streams.
 *
 * @param first the sequence of its first entry
 * @param last the sequence of its last entry
 * @param entries the same entries one by one, for streams that need only the later ones
 * @param event the whole event; not to be changed by anybody
 */
@SuppressWarnings("ArrayRecordComponent")
record Frame(long first, long last, List<Entry> entries, byte[] event) {

  /**
   * The most bytes of entries that share a batch. Far below what nodes take in one event; one entry
   * alone may have more.
   */
  static final int BATCH_BYTES_MAX = 4 << 20;

  /** Encodes entries, at least one, in as many batches as their size demands. */
  static List<Frame> split(List<Entry> entries) {
    List<Frame> frames = new ArrayList<>();
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      int length = entries.get(i).json().length;
      if (i > from && bytes + length > BATCH_BYTES_MAX) {
        frames.add(of(entries.subList(from, i)));
        from = i;
        bytes = 0;
      }
      bytes += length;
    }
    frames.add(of(entries.subList(from, entries.size())));
    return frames;
  }

  /** Encodes entries, at least one. */
  static Frame of(List<Entry> entries) {
    long last = entries.getLast().sequence();
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    write(event, "event: entries\nid: " + last + "\ndata: [");
    for (int i = 0; i < entries.size(); i++) {
      if (i > 0) {
        event.write(',');
      }
      event.writeBytes(entries.get(i).json());
    }
    write(event, "]\n\n");
    return new Frame(
        entries.getFirst().sequence(), last, List.copyOf(entries), event.toByteArray());
  }

  /** The same without the entries up to a sequence. */
  Frame after(long sequence) {
    return sequence < first
        ? this
        : of(entries.subList((int) (sequence + 1 - first), entries.size()));
  }

  private static void write(ByteArrayOutputStream event, String text) {
    event.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
