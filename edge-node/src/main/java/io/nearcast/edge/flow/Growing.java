package io.nearcast.edge.flow;

import io.nearcast.edge.rules.PartialContent;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Slices;
import io.nearcast.edge.rules.Tags;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.ByteBuf;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A response whose body is still coming and that is to be stored when it is complete.
 *
 * <p>Confined to its fill's event loop, but for {@link #tags}, which any thread may read. Owns one
 * reference to the body.
 */
final class Growing {
  private static final int COPIED_AT_ONCE = 256 * 1024;

  private final Order order;
  private final Arrival.Store response;
  private final SlabBody body;
  private final long bytesMax;
  private final String[] tags;

  /** Bytes that upstream has given, also those that there was no room for. */
  private long came;

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

  /** What readers get. */
  Answer answer() {
    return new Answer(
        response.head(),
        body,
        response.length(),
        response.freshness(),
        Answer.asOf(response.asOf()),
        null);
  }

  /** Puts what is stored already before all that comes; false where there is no room for it. */
  boolean begin() {
    StoredResponse before = response.before();
    long length = before == null ? 0 : before.body().length();
    while (before != null && body.length() < length) {
      ByteBuf piece = piece(before, body.length());
      boolean room = append(piece);
      piece.release();
      if (!room) {
        return false;
      }
    }
    return true;
  }

  /**
   * All has come that was asked for: gives what is stored already and belongs behind it, where just
   * that is missing.
   *
   * @param taker gets it in pieces, each of which it releases, and says whether it wants the next
   */
  void behind(Predicate<ByteBuf> taker) {
    StoredResponse after = response.after();
    if (after == null || came + after.body().length() != response.length()) {
      return;
    }
    // The last reader may have all it wants, and go: then the fill gives its reference back.
    after.retain();
    boolean wanted = true;
    for (long at = 0; wanted && at < after.body().length(); ) {
      ByteBuf piece = piece(after, at);
      at += piece.readableBytes();
      wanted = taker.test(piece);
    }
    after.release();
  }

  /**
   * Counts what upstream has given, whether there is room for it or not; false where that is more
   * than belongs before what is stored already.
   */
  boolean came(int bytes) {
    came += bytes;
    StoredResponse after = response.after();
    return after == null || came + after.body().length() <= response.length();
  }

  private static ByteBuf piece(StoredResponse stored, long from) {
    int wanted = (int) Math.min(COPIED_AT_ONCE, stored.body().length() - from);
    return stored.body().slice(from, wanted);
  }

  /** Adds a piece, which stays the caller's; false where there is no room for it. */
  boolean append(ByteBuf piece) {
    return body.length() + piece.readableBytes() <= bytesMax && body.append(piece);
  }

  /** All has come; false where that is not as much as it was said to be. */
  boolean finish() {
    if (response.length() >= 0 && body.length() != response.length()) {
      body.fail();
      return false;
    }
    body.finish();
    return true;
  }

  /** What is to be stored once all has come, with a reference; null where it cannot be. */
  @Nullable StoredResponse stored() {
    return switch (response.kind()) {
      case WHOLE -> stored(response.head(), Content.Whole.ALL);
      case SLICE -> stored(response.head(), Content.Slice.ONE);
      case PART -> part(PartialContent.of(response.head(), body.length()));
    };
  }

  /**
   * What is to be stored although the rest did not come (RFC 9111 section 3.3), with a reference;
   * null where the rest could not be told from that of another version.
   */
  @Nullable StoredResponse begun() {
    ResponseHead head = response.head();
    boolean prefix = response.kind() == Arrival.Kind.WHOLE && head.status() == 200;
    if (!prefix
        || response.length() <= body.length()
        || body.length() == 0
        || !Slices.possible(head)) {
      return null;
    }
    return part(PartialContent.prefix(body.length(), response.length()));
  }

  private @Nullable StoredResponse part(@Nullable PartialContent part) {
    if (part == null) {
      return null;
    }
    ResponseHead head = PartialContent.combinedHead(response.head(), response.head(), part);
    return stored(head, part.whole() ? Content.Whole.ALL : new Content.Part(part));
  }

  private StoredResponse stored(ResponseHead head, Content content) {
    return new StoredResponse(
        order.key(),
        response.variant(),
        head,
        response.freshness(),
        tags,
        Answer.asOf(response.asOf()),
        order.ownEpoch(),
        body.retain(),
        content);
  }

  /** The rest will not come; without effect where all has. */
  void fail() {
    if (!body.complete() && !body.broken()) {
      body.fail();
    }
  }

  /** Gives the body's reference back. */
  void release() {
    body.release();
  }
}
