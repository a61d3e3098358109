package io.nearcast.edge.flow;

import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is in memory, as it grows, then what is relayed behind it.
 *
 * <p>Owns one reference to the body, and the relayed pieces, until it is closed.
 */
final class FilledBody implements BodySource {
  private static final int READ_MAX = 256 * 1024;

  private final @Nullable SlabBody body;
  private final long offset;
  private final IntConsumer consumed;
  private final Queue<ByteBuf> relayed = new ArrayDeque<>();

  private boolean relaying;
  private boolean relayEnded;
  private boolean relayBroken;
  private boolean closed;
  private long relayedAt;

  /**
   * @param body what is in memory, a reference passes; null where everything is relayed
   * @param offset where in the representation it begins
   * @param consumed hears how many relayed bytes are not held any more
   */
  FilledBody(@Nullable SlabBody body, long offset, IntConsumer consumed) {
    this.body = body;
    this.offset = offset;
    this.consumed = consumed;
    this.relaying = body == null;
    this.relayedAt = offset;
  }

  /** Takes a piece that follows everything in memory and everything relayed before. */
  void relay(ByteBuf piece) {
    if (closed) {
      consumed.accept(piece.readableBytes());
      piece.release();
      return;
    }
    beginRelaying();
    relayed.add(piece);
  }

  /** No further piece comes. */
  void relayEnded(boolean complete) {
    beginRelaying();
    relayEnded = complete;
    relayBroken = !complete;
  }

  /** From now on nothing is added to what is in memory: relayed pieces follow behind it. */
  private void beginRelaying() {
    if (!relaying) {
      relaying = true;
      relayedAt = inMemory();
    }
  }

  /** The position behind what is in memory. */
  private long inMemory() {
    return body == null ? offset : offset + body.length();
  }

  @Override
  public @Nullable ByteBuf read(long position, long to) {
    if (body != null && position < inMemory()) {
      return body.slice(position - offset, (int) Math.min(to - position, READ_MAX));
    }
    return position < relayedAt ? null : readRelayed(position, to);
  }

  /** Takes from the pieces: what lies before the position is dropped, what lies behind is kept. */
  private @Nullable ByteBuf readRelayed(long position, long to) {
    ByteBuf piece = relayed.peek();
    while (piece != null) {
      int before = (int) Math.min(piece.readableBytes(), position - relayedAt);
      int wanted = (int) Math.min(piece.readableBytes() - before, to - position);
      piece.skipBytes(before);
      ByteBuf taken = wanted == 0 ? null : piece.readRetainedSlice(wanted);
      relayedAt += before + wanted;
      if (!piece.isReadable()) {
        relayed.remove();
        piece.release();
      }
      consumed.accept(before + wanted);
      if (taken != null) {
        return taken;
      }
      piece = relayed.peek();
    }
    return null;
  }

  @Override
  public State at(long position) {
    if (relaying) {
      // What a part out of order asks for has gone by.
      boolean gone = relayBroken || position < relayedAt;
      return gone ? State.BROKEN : relayEnded ? State.END : State.LATER;
    }
    if (body == null || body.broken()) {
      return State.BROKEN;
    }
    if (!body.complete()) {
      return State.LATER;
    }
    return position < inMemory() ? State.READY : State.END;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (body != null) {
      body.release();
    }
    int dropped = 0;
    for (ByteBuf piece = relayed.poll(); piece != null; piece = relayed.poll()) {
      dropped += piece.readableBytes();
      piece.release();
    }
    consumed.accept(dropped);
  }
}
