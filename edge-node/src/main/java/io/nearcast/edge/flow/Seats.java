package io.nearcast.edge.flow;

import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.UpstreamListener;
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

  /**
   * Gives what is stored to all who can use it; the others are to look again. Nobody has a seat any
   * more.
   *
   * @param stored held by the caller
   * @param shared whether it is for all; else for the one who began the fill
   */
  void handOut(Order order, StoredResponse stored, Outcome said, boolean shared) {
    Answer answer = Answer.of(stored, stored.asOf());
    for (Seat seat : take()) {
      boolean may = shared || !seat.joined();
      if (may && answer.fits(seat.reader().request(), stored.variant(), order)) {
        seat.answer(answer, said);
      } else {
        seat.restart();
      }
    }
  }

  /**
   * Hands a connection over that has left HTTP behind. A request that asks for another protocol is
   * never joined: its reader is the only one, on the same loop.
   */
  void switched(ResponseHead head, UpstreamListener.Switched connection) {
    List<Seat> waiting = take();
    if (waiting.isEmpty()) {
      connection.refuse();
    } else {
      waiting.getFirst().reader().switched(head, connection);
    }
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
