package io.nearcast.edge.flow;

import io.nearcast.edge.purge.SharedAskings;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Sends the fills of an edge without a lease when {@link SharedAskings} says so: for each object
 * one at most every second, which all requests share that came before it was sent.
 *
 * <p>For any thread. A place is kept for a second after its last fill was sent.
 */
final class Turns {
  /** How many objects can have a turn at a time; those beyond are asked for at once. */
  static final int PLACES_MAX = 100_000;

  private final SharedAskings<FillTable.Place, Fill> askings = new SharedAskings<>(PLACES_MAX);
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
    SharedAskings.Turn<Fill> turn = askings.next(place, start, nanoClock.getAsLong());
    if (turn.made()) {
      // Never at once: the one who asked joins first.
      var _ =
          loop.schedule(
              () -> send(place, loop, turn.asking()), turn.waitNanos(), TimeUnit.NANOSECONDS);
    }
    return turn.asking();
  }

  private void send(FillTable.Place place, EventLoop loop, Fill fill) {
    askings.sent(place, nanoClock.getAsLong());
    var _ =
        loop.schedule(
            () -> askings.tidy(place, nanoClock.getAsLong()),
            SharedAskings.GAP_NANOS,
            TimeUnit.NANOSECONDS);
    fill.begin();
  }

  /** How many objects have a turn. */
  int size() {
    return askings.size();
  }
}
