package io.nearcast.edge.purge;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who shares the next asking of the origin at an edge without a lease: for each place one asking at
 * most every second, which all requests share that came before it was sent. A request joins no
 * asking that was sent before it came, for what that brings may have been purged since (PURGE.md
 * rule 11).
 *
 * <p>Says when to send and leaves sending to the caller, who brings the time, in ns of one
 * monotonic clock. For any thread.
 *
 * @param <P> what is asked for
 * @param <F> an asking
 */
public final class SharedAskings<P, F> {
  /** How long after one asking of a place the next may be sent, in ns. */
  public static final long GAP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * What a request shares.
   *
   * @param asking what it waits for
   * @param made whether it is the first that does, so that the caller is to send it
   * @param waitNanos in how many ns it is to be sent, at least 0
   * @param <F> an asking
   */
  public record Turn<F>(F asking, boolean made, long waitNanos) {}

  /**
   * @param waiting made, but not sent yet
   * @param sentNanos when the one before it was sent, null where there was none
   */
  private record Place<F>(@Nullable F waiting, @Nullable Long sentNanos) {}

  private final ConcurrentMap<P, Place<F>> places = new ConcurrentHashMap<>();
  private final int placesMax;

  /**
   * @param placesMax for how many places it is kept when they were asked about last; those beyond
   *     may be asked about again at once
   */
  public SharedAskings(int placesMax) {
    this.placesMax = placesMax;
  }

  /**
   * The asking whose turn is next at a place, for a request that has just come.
   *
   * @param make makes one that is not sent yet
   */
  public Turn<F> next(P place, Supplier<F> make, long nowNanos) {
    AtomicReference<F> made = new AtomicReference<>();
    Place<F> chosen =
        places.compute(
            place,
            (_, there) -> {
              if (there != null && there.waiting() != null) {
                return there;
              }
              F asking = make.get();
              made.set(asking);
              return new Place<>(asking, there == null ? null : there.sentNanos());
            });
    Long sent = chosen.sentNanos();
    long waitNanos = sent == null ? 0 : Math.max(0, sent + GAP_NANOS - nowNanos);
    return new Turn<>(Objects.requireNonNull(chosen.waiting()), made.get() != null, waitNanos);
  }

  /** To be called just before an asking is sent: from here on nobody joins it. */
  public void sent(P place, long nowNanos) {
    if (places.size() > placesMax) {
      places.remove(place);
    } else {
      places.put(place, new Place<>(null, nowNanos));
    }
  }

  /** To be called {@link #GAP_NANOS} later: forgets the place if nobody has come since. */
  public void tidy(P place, long nowNanos) {
    places.computeIfPresent(place, (_, there) -> isOver(there, nowNanos) ? null : there);
  }

  private boolean isOver(Place<F> there, long nowNanos) {
    Long sent = there.sentNanos();
    return there.waiting() == null && sent != null && nowNanos - sent >= GAP_NANOS;
  }

  /** How many places have been asked about within a second, or are about to be. */
  public int size() {
    return places.size();
  }
}
