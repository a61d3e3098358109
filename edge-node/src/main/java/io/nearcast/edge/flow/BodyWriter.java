package io.nearcast.edge.flow;

import io.nearcast.edge.http.ServerResponse;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Writes a response's body at the client's pace: parts of what is in memory as it grows, then what
 * is relayed behind it.
 *
 * <p>Used on the client's event loop. Owns one reference to the body, and the relayed pieces; both
 * are released when the writing is over, whichever way.
 */
final class BodyWriter {
  /** The end of a part that goes to the end of a body whose length is not known. */
  static final long TO_THE_END = Long.MAX_VALUE;

  private static final int SLICE_MAX = 256 * 1024;

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

  /** Hears how much of the relayed bytes was written, and how the writing ended. */
  interface Listener {
    void consumed(int bytes);

    void over(boolean complete);
  }

  private final ServerResponse response;
  private final @Nullable SlabBody body;
  private final List<Part> parts;
  private final String after;
  private final Listener listener;
  private final Queue<ByteBuf> relayed = new ArrayDeque<>();

  private int part;
  private long position;
  private boolean partBegun;
  private boolean relaying;
  private boolean relayEnded;
  private Fields trailers = Fields.EMPTY;
  private long relayedAt;
  private boolean over;

  /**
   * @param body what is in memory, a reference to it passes; null where everything is relayed
   * @param parts what is to be written, at least one
   * @param after what is written behind the last part
   */
  BodyWriter(
      ServerResponse response,
      @Nullable SlabBody body,
      List<Part> parts,
      String after,
      Listener listener) {
    this.response = response;
    this.body = body;
    this.parts = parts;
    this.after = after;
    this.listener = listener;
    this.relaying = body == null;
    this.position = parts.getFirst().from();
  }

  /** Takes a piece that follows everything in memory and everything relayed before. */
  void relay(ByteBuf piece) {
    if (over) {
      listener.consumed(piece.readableBytes());
      piece.release();
      return;
    }
    beginRelaying();
    relayed.add(piece);
    pump();
  }

  /** From now on nothing is added to what is in memory: relayed pieces follow behind it. */
  private void beginRelaying() {
    if (!relaying) {
      relaying = true;
      relayedAt = body == null ? 0 : body.length();
    }
  }

  /** No further piece comes, but the trailers, where the framing has a place for them. */
  void relayEnded(boolean complete, Fields behind) {
    beginRelaying();
    relayEnded = complete;
    trailers = behind;
    if (complete) {
      pump();
    } else {
      finish(false);
    }
  }

  /** Writes as much as there is and as the client takes. */
  void pump() {
    while (!over && response.writable() && step()) {
      // Each step has written something or has come to the next part.
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
    if (body != null && position < body.length()) {
      long wanted = Math.min(current.to() - position, SLICE_MAX);
      ByteBuf slice = body.slice(position, (int) wanted);
      position += slice.readableBytes();
      response.data(slice);
      return true;
    }
    return relaying ? stepRelayed(current) : stepAtEnd(current);
  }

  /** Takes one piece: what lies before the part is dropped, what lies behind it is kept. */
  private boolean stepRelayed(Part current) {
    ByteBuf piece = relayed.peek();
    if (piece == null) {
      return relayEnded && (current.to() == TO_THE_END ? nextPart() : broken());
    }
    if (position < relayedAt) {
      // What a part out of order asks for has gone by.
      return broken();
    }
    int length = piece.readableBytes();
    int before = (int) Math.min(length, position - relayedAt);
    int wanted = (int) Math.min(length - before, current.to() - position);
    piece.skipBytes(before);
    ByteBuf written = piece.readRetainedSlice(wanted);
    relayedAt += before + wanted;
    position += wanted;
    if (!piece.isReadable()) {
      relayed.remove();
      piece.release();
    }
    response.data(written);
    listener.consumed(before + wanted);
    return true;
  }

  /** Everything in memory is written; whether there will be more is what its state says. */
  private boolean stepAtEnd(Part current) {
    if (body == null || body.broken()) {
      return broken();
    }
    if (!body.complete()) {
      return false;
    }
    if (position < body.length()) {
      return true;
    }
    return current.to() == TO_THE_END ? nextPart() : broken();
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
    if (body != null) {
      body.release();
    }
    int dropped = 0;
    for (ByteBuf piece = relayed.poll(); piece != null; piece = relayed.poll()) {
      dropped += piece.readableBytes();
      piece.release();
    }
    listener.consumed(dropped);
    if (complete) {
      response.end(trailers);
    } else {
      response.abort();
    }
    listener.over(complete);
  }
}
