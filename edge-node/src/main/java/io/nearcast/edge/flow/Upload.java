package io.nearcast.edge.flow;

import io.nearcast.edge.http.ServerResponse;
import io.nearcast.edge.upstream.UpstreamExchange;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The body of a client's request on its way upstream. Without {@link #to} it is dropped as it
 * comes, for the body of a GET that is answered from the cache means nothing (RFC 9110 section
 * 9.3.1).
 *
 * <p>Confined to the client's event loop.
 */
final class Upload {
  private final ServerResponse response;
  private @Nullable UpstreamExchange to;
  private boolean ended;

  Upload(ServerResponse response) {
    this.response = response;
  }

  /** From now on it goes there. */
  void to(UpstreamExchange upstream) {
    to = upstream;
  }

  /** Takes a piece; ownership passes. */
  void data(ByteBuf piece) {
    if (to == null || response.ended()) {
      piece.release();
    } else if (!to.write(piece)) {
      response.pauseBody();
    }
  }

  /** The client has sent all of it. */
  void end() {
    ended = true;
    if (to != null && !response.ended()) {
      to.endRequest();
    }
  }

  /** The upstream has answered without it: what still comes is dropped. */
  void drop() {
    if (to != null && !ended) {
      to = null;
      response.resumeBody();
    }
  }

  /** The client has gone: a broken upload must never look complete to the origin. */
  void gone() {
    if (!ended && to != null) {
      to.abort();
    }
  }
}
