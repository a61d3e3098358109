package io.nearcast.control.fleet;

import io.nearcast.config.lease.LeaseTerms;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A moment by both clocks of a machine.
 *
 * @param nanos by a monotonic clock, which stands still while the machine is suspended
 * @param wallMillis by the wall clock, in ms since 1970
 */
public record Moment(long nanos, long wallMillis) {

  /** This moment by the system's clocks. */
  public static Moment now() {
    return new Moment(System.nanoTime(), System.currentTimeMillis());
  }

  /**
   * Whether less than a time has passed since then, for sure: where the wall clock tells of another
   * time than the monotonic one, the machine may have been suspended (PURGE.md rule 23).
   */
  public boolean isWithin(Duration time, Moment now) {
    long passed = now.nanos - nanos;
    long skewMillis = now.wallMillis - wallMillis - TimeUnit.NANOSECONDS.toMillis(passed);
    return passed < time.toNanos() && Math.abs(skewMillis) <= LeaseTerms.JUMP.toMillis();
  }
}
