package io.nearcast.edge.flow;

import io.nearcast.edge.rules.ResponseHead;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The readers of one fill, in the order in which they came. Confined to the fill's event loop. */
final class Seats {
  private final List<Seat> seats = new ArrayList<>(2);

  boolean isEmpty() {
    return seats.isEmpty();
  }

  void add(Seat seat) {
    seats.add(seat);
  }

  void remove(FillReader reader) {
    seats.removeIf(seat -> seat.reader().equals(reader));
  }

  /** All that are there now; they have no seat any more. */
  List<Seat> take() {
    List<Seat> taken = List.copyOf(seats);
    seats.clear();
    return taken;
  }

  /** Calls each that is there now; those who leave or come meanwhile do no harm. */
  void forEach(Consumer<Seat> call) {
    List.copyOf(seats).forEach(call);
  }

  void interim(ResponseHead head) {
    forEach(seat -> seat.interim(head));
  }

  void progress() {
    // Backwards: a reader that has all it wants gives up its own seat meanwhile.
    for (int i = seats.size() - 1; i >= 0; i--) {
      seats.get(i).progress();
    }
  }

  /** The most bytes that were relayed to one of them and that it has not written. */
  long mostWaiting() {
    long most = 0;
    for (Seat seat : seats) {
      most = Math.max(most, seat.reader().relayed().get());
    }
    return most;
  }
}
