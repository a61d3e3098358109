package io.nearcast.edge.flow;

import io.nearcast.edge.rules.Tags;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.ByteBuf;

/**
 * A response whose body is still coming and that is to be stored when it is whole.
 *
 * <p>Confined to its fill's event loop, but for {@link #tags}, which any thread may read. Owns one
 * reference to the body.
 */
final class Growing {
  private final Order order;
  private final Arrival.Store response;
  private final SlabBody body;
  private final long bytesMax;
  private final String[] tags;

  /**
   * @param body empty and growing, a reference passes
   * @param bytesMax the longest body that is stored
   */
  Growing(Order order, Arrival.Store response, SlabBody body, long bytesMax) {
    this.order = order;
    this.response = response;
    this.body = body;
    this.bytesMax = bytesMax;
    this.tags = Tags.of(response.head().fields()).names().toArray(String[]::new);
  }

  /** What it can be purged by; not to be changed. */
  String[] tags() {
    return tags;
  }

  /**
   * What readers get.
   *
   * @param length of the whole body, -1 where that is not known yet
   */
  Answer answer(long length) {
    return new Answer(
        response.head(), body, length, response.freshness(), Answer.asOf(response.asOf()));
  }

  /** Adds a piece, which stays the caller's; false where there is no room for it. */
  boolean append(ByteBuf piece) {
    return body.length() + piece.readableBytes() <= bytesMax && body.append(piece);
  }

  /** All has come. */
  StoredResponse finish() {
    body.finish();
    return new StoredResponse(
        order.key(),
        response.variant(),
        response.head(),
        response.freshness(),
        tags,
        Answer.asOf(response.asOf()),
        order.ownEpoch(),
        body.retain());
  }

  /** The rest will not come; without effect where all has. */
  void fail() {
    if (!body.complete()) {
      body.fail();
    }
  }

  /** Gives the body's reference back. */
  void release() {
    body.release();
  }
}
