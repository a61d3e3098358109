package io.nearcast.router.pick;

import io.nearcast.router.geo.Point;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The order in which the PoPs are tried, for every place on earth.
 *
 * <p>The earth is cut into cells of half a degree; the PoPs are ranked for the middle of a cell
 * when it is first asked for, and never again: when the PoPs change, there is a new object. So a
 * client is ranked as if it were up to 39 km from where it is, far less than what databases get
 * wrong, and memory is bounded by the number of cells. PoPs without a place come last, by name.
 *
 * <p>Any thread. Two threads may rank the same cell at once, with the same result.
 */
final class Rankings {
  static final double CELL_DEGREES = 0.5;
  private static final int COLUMNS = (int) (360 / CELL_DEGREES);
  private static final int ROWS = (int) (180 / CELL_DEGREES);

  private final List<Spot> spots;
  private final AtomicReferenceArray<int @Nullable []> byCell =
      new AtomicReferenceArray<>(ROWS * COLUMNS);
  private final AtomicReferenceArray<int @Nullable []> bySpot;

  /** A PoP's name and place. */
  record Spot(String name, @Nullable Point point) {}

  /**
   * @param spots in the order of their names
   */
  Rankings(List<Spot> spots) {
    this.spots = List.copyOf(spots);
    this.bySpot = new AtomicReferenceArray<>(spots.size());
  }

  List<Spot> spots() {
    return spots;
  }

  /** The indexes of the PoPs, the nearest to the place's cell first. Not to be changed. */
  int[] near(Point point) {
    int row = Math.min(ROWS - 1, (int) ((point.latitude() + 90) / CELL_DEGREES));
    int column = Math.min(COLUMNS - 1, (int) ((point.longitude() + 180) / CELL_DEGREES));
    int cell = row * COLUMNS + column;
    int[] ranking = byCell.get(cell);
    if (ranking == null) {
      ranking = rank(middle(row, column), -1);
      byCell.set(cell, ranking);
    }
    return ranking;
  }

  /** The indexes of the PoPs: this one, then the nearest to it. Not to be changed. */
  int[] from(int spot) {
    int[] ranking = bySpot.get(spot);
    if (ranking == null) {
      ranking = rank(spots.get(spot).point(), spot);
      bySpot.set(spot, ranking);
    }
    return ranking;
  }

  private static Point middle(int row, int column) {
    return new Point((row + 0.5) * CELL_DEGREES - 90, (column + 0.5) * CELL_DEGREES - 180);
  }

  private int[] rank(@Nullable Point from, int first) {
    double[] distances =
        spots.stream().mapToDouble(spot -> distanceKm(from, spot.point())).toArray();
    if (first >= 0) {
      distances[first] = -1;
    }
    // The sort is stable and the PoPs are in the order of their names, so names settle ties.
    return IntStream.range(0, spots.size())
        .boxed()
        .sorted(Comparator.comparingDouble(spot -> distances[spot]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double distanceKm(@Nullable Point from, @Nullable Point to) {
    return from == null || to == null ? Double.MAX_VALUE : from.distanceKm(to);
  }
}
