package io.nearcast.edge.flow;

import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.nearcast.edge.upstream.UpstreamListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Someone who waits for a fill: an exchange. The fill calls on its own loop; {@link Fill} hands
 * each call over to the reader's loop, in order.
 */
interface FillReader {
  /** Where the reader lives. */
  EventLoop loop();

  /** What it wants is stored under. */
  CacheKey key();

  /** The request that it wants answered; immutable. */
  RequestHead request();

  /** Bytes that were relayed to the reader and that it has not written yet. */
  AtomicLong relayed();

  /** An interim response to pass on. */
  void interim(ResponseHead head);

  /**
   * The answer. Its body, if any, is retained for the reader, who releases it.
   *
   * @param outcome what is to be said of it, as seen by the one who began the fill
   */
  void answer(Answer answer, Outcome outcome);

  /** There are more bytes in the answer's body, or it is complete or broken. */
  void progress();

  /** A piece of the body behind what is in memory; ownership passes. */
  void relay(ByteBuf piece);

  /**
   * The relayed body is over.
   *
   * @param trailers what came behind it and may go on
   */
  void relayEnded(boolean complete, Fields trailers);

  /**
   * Instead of an answer: the upstream goes on with the protocol that the reader's request asks
   * for. Called on the loop of the fill, which is the reader's.
   *
   * @param head the 101
   * @param connection to be taken or refused before this returns
   */
  default void switched(ResponseHead head, UpstreamListener.Switched connection) {
    connection.refuse();
  }

  /** The answer is not for this reader: it is to look again. */
  void restart();

  /**
   * What it asked for a slice of is not what it was.
   *
   * @param sliceable whether it may be had in slices all the same
   */
  default void changed(boolean sliceable) {
    restart();
  }

  /** More of the request's body may be written; only for who hands one on. */
  void requestWritable();

  /** There is no answer. */
  void failed(UpstreamFailure failure);
}
