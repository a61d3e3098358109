package io.nearcast.config.feed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events (WHATWG HTML, section 9.2), as far as the feed uses them: {@code event} and
 * {@code data}, and comments as signs of life. An event that the stream ends within is dropped, as
 * the standard has it. For one thread.
 */
final class EventStream implements AutoCloseable {
  /** The longest event; the control plane sends shorter batches. */
  static final int EVENT_BYTES_MAX = 64 << 20;

  /** An event, or a comment as a sign of life. */
  static final class Event {
    /** The name of what is no event but a comment. */
    static final String COMMENT = ":";

    private final String name;
    private final byte[] data;

    private Event(String name, byte[] data) {
      this.name = name;
      this.data = data;
    }

    /** Its kind. */
    String name() {
      return name;
    }

    /** Its data, UTF-8; not copied. */
    byte[] data() {
      return data;
    }
  }

  private final ByteStream bytes;
  private final Duration silenceMax;
  private final GrowingBytes line = new GrowingBytes(EVENT_BYTES_MAX);
  private final GrowingBytes data = new GrowingBytes(EVENT_BYTES_MAX);
  private String name = "message";
  private boolean afterReturn;
  private ByteBuffer rest = ByteBuffer.allocate(0);

  /**
   * @param bytes takes ownership
   * @param silenceMax the longest pause between bytes before the stream counts as dead
   */
  EventStream(ByteStream bytes, Duration silenceMax) {
    this.bytes = bytes;
    this.silenceMax = silenceMax;
  }

  /**
   * Waits for the next event or comment.
   *
   * @return null at the end of the stream
   * @throws IOException if the stream is dead, broken or exceeds a bound
   */
  @Nullable Event next() throws IOException {
    for (byte[] text = nextLine(); text != null; text = nextLine()) {
      if (text.length == 0) {
        if (data.length() > 0) {
          return finished();
        }
        name = "message";
      } else if (text[0] == ':') {
        return new Event(Event.COMMENT, text);
      } else {
        field(text);
      }
    }
    return null;
  }

  @Override
  public void close() {
    bytes.close();
  }

  private Event finished() {
    byte[] withNewline = data.take();
    Event event = new Event(name, Arrays.copyOf(withNewline, withNewline.length - 1));
    name = "message";
    return event;
  }

  private void field(byte[] text) throws IOException {
    int colon = 0;
    while (colon < text.length && text[colon] != ':') {
      colon++;
    }
    int value = Math.min(text.length, colon + 1);
    if (value < text.length && text[value] == ' ') {
      value++;
    }
    switch (new String(text, 0, colon, StandardCharsets.UTF_8)) {
      case "event" -> name = new String(text, value, text.length - value, StandardCharsets.UTF_8);
      case "data" -> {
        data.append(ByteBuffer.wrap(text, value, text.length - value), text.length - value);
        data.append(ByteBuffer.wrap(new byte[] {'\n'}), 1);
      }
      default -> {} // id and retry say nothing that the events do not
    }
  }

  /** The next line without its end (LF, CR or both), or null at the end of the stream. */
  private byte @Nullable [] nextLine() throws IOException {
    while (true) {
      int length = lengthToLineEnd();
      if (length > 0) {
        afterReturn = false;
      }
      line.append(rest, length);
      if (!rest.hasRemaining()) {
        ByteBuffer more = bytes.next(silenceMax);
        if (more == null) {
          return null;
        }
        rest = more;
        continue;
      }
      byte end = rest.get();
      boolean secondHalf = end == '\n' && afterReturn;
      afterReturn = end == '\r';
      if (!secondHalf) {
        return line.take();
      }
    }
  }

  private int lengthToLineEnd() {
    int end = rest.position();
    while (end < rest.limit() && rest.get(end) != '\n' && rest.get(end) != '\r') {
      end++;
    }
    return end - rest.position();
  }
}
