package io.nearcast.edge.upstream;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A point in time that is moved often and reached seldom, at little cost: moving it later writes a
 * number, and the one timer finds out when it fires that it has to wait on. For one event loop.
 */
final class LazyDeadline implements Runnable {
  private final EventLoop loop;
  private final Runnable expired;

  private boolean set;
  private long deadlineNanos;
  private @Nullable ScheduledFuture<?> timer;
  private long timerNanos;

  /**
   * @param expired is called on the loop when the deadline is reached; it is then no longer set
   */
  LazyDeadline(EventLoop loop, Runnable expired) {
    this.loop = loop;
    this.expired = expired;
  }

  /** Sets or moves the deadline to so many nanoseconds from now. */
  void after(long nanos) {
    set = true;
    deadlineNanos = System.nanoTime() + nanos;
    ScheduledFuture<?> running = timer;
    if (running == null) {
      schedule(nanos);
    } else if (deadlineNanos - timerNanos < 0) {
      running.cancel(false);
      schedule(nanos);
    }
  }

  /** Takes the deadline away; the timer may stay until it fires. */
  void clear() {
    set = false;
  }

  /** Takes the deadline and its timer away. */
  void cancel() {
    set = false;
    ScheduledFuture<?> running = timer;
    if (running != null) {
      running.cancel(false);
      timer = null;
    }
  }

  private void schedule(long nanos) {
    timerNanos = System.nanoTime() + nanos;
    timer = loop.schedule(this, nanos, TimeUnit.NANOSECONDS);
  }

  /** Called by the timer. */
  @Override
  public void run() {
    timer = null;
    if (!set) {
      return;
    }
    long left = deadlineNanos - System.nanoTime();
    if (left > 0) {
      schedule(left);
      return;
    }
    set = false;
    expired.run();
  }
}
