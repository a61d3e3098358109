package io.nearcast.edge.flow;

import io.nearcast.edge.http.ServerResponse;
import io.nearcast.edge.rules.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a response's body at the client's pace: parts of what a source has, as it comes.
 *
 * <p>Used on the client's event loop. The source is closed when the writing is over, whichever way.
 */
final class BodyWriter {
  /** The end of a part that goes to the end of a body whose length is not known. */
  static final long TO_THE_END = Long.MAX_VALUE;

  /**
   * A part of the body.
   *
   * @param before what is written before it, such as a part's head in a multipart response
   * @param from the first byte
   * @param to the byte behind the last
   */
  record Part(String before, long from, long to) {
    static Part of(long from, long to) {
      return new Part("", from, to);
    }
  }

  /** Hears how the writing ended. */
  interface Listener {
    void over(boolean complete);
  }

  private final ServerResponse response;
  private final BodySource source;
  private final List<Part> parts;
  private final String after;
  private final Listener listener;

  private int part;
  private long position;
  private boolean partBegun;
  private Fields trailers = Fields.EMPTY;
  private boolean over;
  private boolean pumping;

  /**
   * @param source where the bytes come from; passes to the writer
   * @param parts what is to be written, at least one
   * @param after what is written behind the last part
   */
  BodyWriter(
      ServerResponse response,
      BodySource source,
      List<Part> parts,
      String after,
      Listener listener) {
    this.response = response;
    this.source = source;
    this.parts = parts;
    this.after = after;
    this.listener = listener;
    this.position = parts.getFirst().from();
  }

  /** What follows the body where its framing has a place for it; to be said before the end. */
  void trailers(Fields behind) {
    trailers = behind;
  }

  /**
   * Writes as much as there is and as the client takes. Without effect from within itself, as where
   * what was read makes the source bring more: the outer call goes on to that.
   */
  void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    try {
      while (!over && response.writable() && step()) {
        // Each step has written something or has come to the next part.
      }
    } finally {
      pumping = false;
    }
    if (!over && response.ended()) {
      finish(false);
    }
    response.flush();
  }

  /** One step forward; false where nothing can be done for now, or no more. */
  private boolean step() {
    if (part == parts.size()) {
      write(after);
      finish(true);
      return false;
    }
    Part current = parts.get(part);
    if (!partBegun) {
      partBegun = true;
      position = current.from();
      write(current.before());
    }
    if (position == current.to()) {
      return nextPart();
    }
    ByteBuf piece = source.read(position, current.to());
    if (piece == null) {
      return stepWithout(current);
    }
    position += piece.readableBytes();
    response.data(piece);
    return true;
  }

  private boolean stepWithout(Part current) {
    return switch (source.at(position)) {
      case READY -> true;
      case LATER -> false;
      case END -> current.to() == TO_THE_END ? nextPart() : broken();
      case BROKEN -> broken();
    };
  }

  private boolean nextPart() {
    part++;
    partBegun = false;
    return true;
  }

  private boolean broken() {
    finish(false);
    return false;
  }

  private void write(String text) {
    if (!text.isEmpty()) {
      response.data(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }
  }

  /** Ends without another byte; for a client that has gone. */
  void cancel() {
    finish(false);
  }

  private void finish(boolean complete) {
    if (over) {
      return;
    }
    over = true;
    source.close();
    if (complete) {
      response.end(trailers);
    } else {
      response.abort();
    }
    listener.over(complete);
  }
}
