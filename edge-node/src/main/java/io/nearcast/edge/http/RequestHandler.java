package io.nearcast.edge.http;

import io.netty.buffer.ByteBuf;

/** Answers requests. All calls for one connection come from its event loop. */
public interface RequestHandler {

  /**
   * Begins to answer a request. The next request of the connection waits until the response has
   * ended.
   *
   * @param request the request, whose body follows through the returned stream
   * @param response where the answer goes; may be ended before this method returns
   */
  Stream begin(Request request, ServerResponse response);

  /** What reaches an answer that is under way. No call comes after the response has ended. */
  interface Stream {
    /** A piece of the request's body; ownership passes. */
    void data(ByteBuf piece);

    /** The request's body is complete; called at once where there is none. */
    void end();

    /** More of the response may be written again. */
    void writable();

    /** The client is gone or its body is broken: nothing can be answered any more. */
    void gone();
  }
}
