package io.nearcast.edge.flow;

import io.nearcast.edge.upstream.UpstreamExchange;
import io.nearcast.edge.upstream.UpstreamListener;
import io.netty.channel.EventLoop;

/** An order that was placed upstream, and whether its answer is held up. For one event loop. */
final class Placed {
  private final UpstreamExchange exchange;
  private final long atMillis;
  private boolean paused;

  private Placed(UpstreamExchange exchange, long atMillis) {
    this.exchange = exchange;
    this.atMillis = atMillis;
  }

  /** Places an order; the listener hears on the loop what comes of it. */
  static Placed upstream(Engine engine, EventLoop loop, Order order, UpstreamListener listener) {
    long now = engine.nowMillis();
    var plan = engine.upstreams().plan(order.route().service(), order.key());
    return new Placed(engine.upstreams().send(loop, plan, order.upstream(), listener), now);
  }

  /** Where the body of a request that is passed on is written to. */
  UpstreamExchange exchange() {
    return exchange;
  }

  /** When it was placed, in ms since 1970. */
  long atMillis() {
    return atMillis;
  }

  /** Gives it up; the listener hears nothing more. */
  void abort() {
    exchange.abort();
  }

  /** Holds the answer up while those who get it have as much as they may. */
  void regulate(boolean full) {
    if (full == paused) {
      return;
    }
    paused = full;
    if (full) {
      exchange.pause();
    } else {
      exchange.resume();
    }
  }
}
