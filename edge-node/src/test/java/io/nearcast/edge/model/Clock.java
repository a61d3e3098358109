package io.nearcast.edge.model;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** The true time of a history, which stands still unless it is moved. For any thread. */
public final class Clock {
  private final AtomicLong millis;
  private final LongConsumer listener;

  /**
   * @param millis since 1970, whole seconds
   * @param listener is told the time whenever it has moved
   */
  public Clock(long millis, LongConsumer listener) {
    this.millis = new AtomicLong(millis);
    this.listener = listener;
    listener.accept(millis);
  }

  /** The time in ms since 1970. */
  public long now() {
    return millis.get();
  }

  /** Moves on. */
  public void advance(long seconds) {
    listener.accept(millis.addAndGet(seconds * 1_000));
  }
}
