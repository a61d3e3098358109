package io.nearcast.edge.upstream;

import io.netty.channel.EventLoop;

/** Makes the connections of one event loop. */
interface Connector {
  /** Where all that it makes lives. */
  EventLoop loop();

  /** What connections may use. */
  UpstreamLimits limits();

  /**
   * Begins to connect. The outcome may be told before this returns.
   *
   * @return stops the attempt, whose outcome is then not told any more; called at most once
   */
  Runnable connect(TargetState target, ConnectAttempt.Outcome outcome);
}
