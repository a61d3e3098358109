package io.nearcast.edge.flow;

import io.netty.channel.EventLoop;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fills of an edge without a lease: for each object one at most every second, which all
 * requests share that came before it was sent. A request joins no fill that was sent before it
 * came, for what that brings may have been purged since (PURGE.md rule 11).
 *
 * <p>For any thread. A place is kept for a second after its last fill was sent.
 */
final class Turns {
  /** How many objects can have a turn at a time; those beyond are asked for at once. */
  static final int PLACES_MAX = 100_000;

  private static final long GAP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * @param waiting made, but not sent yet
   * @param sentNanos when the one before it was sent, null where there was none
   */
  private record Turn(@Nullable Fill waiting, @Nullable Long sentNanos) {}

  private final ConcurrentMap<FillTable.Place, Turn> turns = new ConcurrentHashMap<>();
  private final LongSupplier nanoClock;

  /**
   * @param nanoClock monotonic, in ns
   */
  Turns(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /**
   * The fill whose turn is next at a place, for a request that has just come: it is to be joined at
   * once, and is sent by this class.
   *
   * @param start makes a fill that lives on {@code loop}
   */
  Fill next(FillTable.Place place, EventLoop loop, Supplier<Fill> start) {
    Fill[] made = new Fill[1];
    Turn chosen =
        turns.compute(
            place,
            (_, turn) -> {
              if (turn != null && turn.waiting() != null) {
                return turn;
              }
              made[0] = start.get();
              return new Turn(made[0], turn == null ? null : turn.sentNanos());
            });
    Fill fill = made[0];
    if (fill == null) {
      return Objects.requireNonNull(chosen.waiting());
    }
    Long sent = chosen.sentNanos();
    long waitNanos = sent == null ? 0 : sent + GAP_NANOS - nanoClock.getAsLong();
    // Never at once: the one who asked joins first.
    var _ =
        loop.schedule(() -> send(place, loop, fill), Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
    return fill;
  }

  private void send(FillTable.Place place, EventLoop loop, Fill fill) {
    // From here on nobody joins it.
    if (turns.size() > PLACES_MAX) {
      turns.remove(place);
    } else {
      turns.put(place, new Turn(null, nanoClock.getAsLong()));
      var _ = loop.schedule(() -> forget(place), GAP_NANOS, TimeUnit.NANOSECONDS);
    }
    fill.begin();
  }

  private void forget(FillTable.Place place) {
    turns.computeIfPresent(place, (_, turn) -> isOver(turn) ? null : turn);
  }

  private boolean isOver(Turn turn) {
    Long sent = turn.sentNanos();
    return turn.waiting() == null && sent != null && nanoClock.getAsLong() - sent >= GAP_NANOS;
  }

  /** How many objects have a turn. */
  int size() {
    return turns.size();
  }
}
