package io.nearcast.edge.flow;

import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Slices;
import io.nearcast.edge.store.slab.SlabBody;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One slice as one client reads it: from the store, or from the fill that fetches it.
 *
 * <p>Confined to the client's event loop. Owns the body that it reads from until it is closed.
 */
final class Slice implements FillReader {

  /** Whom it belongs to. */
  interface Owner {
    /** There are bytes, or there will be none. */
    void sliceMoved();

    /** It is to be looked for again. */
    void sliceLost(Slice slice);

    /** The object has changed. */
    void sliceChanged(boolean sliceable);

    /** It cannot be had. */
    void sliceFailed(Slice slice, UpstreamFailure failure);
  }

  private final EventLoop loop;
  private final CacheKey key;
  private final long index;
  private final RequestHead request;
  private final Owner owner;
  private final AtomicLong relayed = new AtomicLong();

  private @Nullable FilledBody body;
  private @Nullable Fill fill;
  private boolean closed;

  /**
   * @param request the client's, with what selects the variant
   */
  Slice(EventLoop loop, CacheKey key, long index, RequestHead request, Owner owner) {
    this.loop = loop;
    this.key = key;
    this.index = index;
    this.request = request;
    this.owner = owner;
  }

  long index() {
    return index;
  }

  /** Its bytes, null as long as nothing is known of them. */
  @Nullable FilledBody body() {
    return body;
  }

  /** Reads what is stored; a reference passes. */
  void from(SlabBody stored) {
    body = new FilledBody(stored, index * Slices.BYTES, _ -> {});
  }

  /** Reads what a fill brings, which is to be joined or begun next. */
  void from(Fill source) {
    fill = source;
  }

  /** Nobody reads it any more. */
  void close() {
    closed = true;
    if (body != null) {
      body.close();
    }
    Fill left = fill;
    if (left != null) {
      fill = null;
      left.leave(this);
    }
  }

  private void consumed(int bytes) {
    Fill source = fill;
    long left = relayed.addAndGet(-bytes);
    if (source != null && bytes > 0 && left < Fill.RELAY_WINDOW / 2) {
      source.drained();
    }
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public CacheKey key() {
    return key;
  }

  @Override
  public RequestHead request() {
    return request;
  }

  @Override
  public AtomicLong relayed() {
    return relayed;
  }

  @Override
  public void interim(ResponseHead head) {
    // It is about a request that the client did not make.
  }

  @Override
  public void answer(Answer answer, Outcome outcome) {
    FilledBody bytes = new FilledBody(answer.body(), index * Slices.BYTES, this::consumed);
    if (closed) {
      bytes.close();
      return;
    }
    body = bytes;
    owner.sliceMoved();
  }

  @Override
  public void progress() {
    if (!closed) {
      owner.sliceMoved();
    }
  }

  @Override
  public void relay(ByteBuf piece) {
    if (body == null) {
      piece.release();
    } else {
      body.relay(piece);
      progress();
    }
  }

  @Override
  public void relayEnded(boolean complete, Fields trailers) {
    fill = null;
    if (body != null) {
      body.relayEnded(complete);
      progress();
    }
  }

  @Override
  public void restart() {
    fill = null;
    if (!closed) {
      owner.sliceLost(this);
    }
  }

  @Override
  public void changed(boolean sliceable) {
    fill = null;
    if (!closed) {
      owner.sliceChanged(sliceable);
    }
  }

  @Override
  public void requestWritable() {
    // It has no body to send.
  }

  @Override
  public void failed(UpstreamFailure failure) {
    fill = null;
    if (!closed) {
      owner.sliceFailed(this, failure);
    }
  }
}
