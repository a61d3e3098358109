package io.nearcast.edge.upstream;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandler;

/**
 * Hears what becomes of one request. All calls come on the exchange's event loop, never from within
 * {@link Upstreams#send}, in this order: {@link #interim} any number of times, {@link #head} once,
 * {@link #data} any number of times, then {@link #end}. {@link #failed} can take the place of any
 * of them. After {@code end} or {@code failed}, or once the exchange was aborted, there are no
 * more.
 */
public interface UpstreamListener {

  /** An interim answer (100, 103 and others of 1xx but 101), to be relayed at once. */
  void interim(ResponseHead head);

  /**
   * The final answer's head. From here on nothing is tried again.
   *
   * @param from who answers
   * @param head status and fields, hop-by-hop ones among them
   * @param contentLength how many bytes of body follow, 0 where there is no body (as for HEAD and
   *     304, whatever {@code Content-Length} says), -1 where that is not known yet
   */
  void head(Target from, ResponseHead head, long contentLength);

  /**
   * Instead of {@link #head}: the target goes on with the protocol that the request asks for. Only
   * for who sends such requests. There are no more calls after this one.
   *
   * @param head the 101, hop-by-hop fields among them
   * @param connection to be taken or refused before this returns
   */
  default void switched(Target from, ResponseHead head, Switched connection) {
    connection.refuse();
  }

  /** A connection that does not speak HTTP any more. */
  interface Switched {
    /**
     * Gives its bytes to a handler, which owns the connection from now on, on its event loop. What
     * has come already is read before this returns; a peer that has sent its last byte fires {@code
     * ChannelInputShutdownEvent}.
     */
    void to(ChannelInboundHandler handler);

    /** Closes it. */
    void refuse();
  }

  /** A piece of the body, never empty. The listener owns it and releases it. */
  void data(ByteBuf piece);

  /** All that could be read now has been given: a good moment to flush. */
  default void batchEnd() {}

  /** The answer is complete. */
  void end(Fields trailers);

  /**
   * There is no answer, after all that may be tried was tried; or, after {@link #head}, the body is
   * broken and must not pass for a whole one.
   */
  void failed(UpstreamFailure failure);

  /** {@link UpstreamExchange#write} returned false before, and now there is room again. */
  void writable();
}
