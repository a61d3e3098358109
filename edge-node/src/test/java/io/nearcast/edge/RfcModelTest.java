package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.model.Generator;
import io.nearcast.edge.model.History;
import io.nearcast.edge.model.Kind;
import io.nearcast.edge.model.Play;
import io.nearcast.edge.model.Shrinker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What nodes serve in random histories is what the model of the RFCs allows. A failure prints the
 * seed and the shortest history that goes wrong; {@code -Dnearcast.model.seed=N} begins with it.
 */
@Timeout(300)
final class RfcModelTest {
  private static final long SEED = Long.getLong("nearcast.model.seed", 1);
  private static final int HISTORIES = Integer.getInteger("nearcast.model.histories", 300);

  /** So that a loaded machine plays fewer of them. */
  private static final Duration LONGEST = Duration.ofSeconds(35);

  /** What a few histories need not come by. */
  private static final EnumSet<Kind> RARE =
      EnumSet.of(
          Kind.STALE_BY_MAX_STALE,
          Kind.CLIENT_DIRECTIVE,
          Kind.SET_COOKIE,
          Kind.HIT_BY_HEURISTIC,
          Kind.HIT_OF_POST,
          Kind.HIT_BY_CDN_CACHE_CONTROL,
          Kind.STALE_IF_ERROR,
          Kind.AUTHORIZATION);

  /** What the first few histories come by. */
  private static final EnumSet<Kind> FREQUENT =
      EnumSet.of(Kind.FORWARDED, Kind.HIT_REQUIRED, Kind.VALIDATED, Kind.RANGE, Kind.UNSAFE);

  /** How many histories come by all others. */
  private static final int ENOUGH = 100;

  @Test
  void edgeServesWhatTheModelAllows() {
    try (ModelledNodes nodes = ModelledNodes.edge()) {
      play(nodes, false);
    }
  }

  @Test
  void edgeBehindShieldServesWhatTheModelAllows() {
    try (ModelledNodes nodes = ModelledNodes.edgeBehindShield()) {
      play(nodes, true);
    }
  }

  private static void play(ModelledNodes nodes, boolean pair) {
    Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
    long until = System.nanoTime() + LONGEST.toNanos();
    long seed = SEED;
    for (; seed < SEED + HISTORIES && System.nanoTime() < until; seed++) {
      History history = Generator.history(seed, pair);
      Play.Result result = Play.of(history, nodes);
      if (!result.right()) {
        throw new AssertionError(Shrinker.shortest(history, result, nodes).transcript());
      }
      result.kinds().forEach((kind, count) -> kinds.merge(kind, count, Integer::sum));
    }
    assertThat(kinds.keySet())
        .as("kinds of replies")
        .containsAll(seed - SEED < ENOUGH ? FREQUENT : EnumSet.complementOf(RARE));
  }
}
