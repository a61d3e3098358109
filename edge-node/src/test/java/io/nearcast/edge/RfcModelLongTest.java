package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.model.Generator;
import io.nearcast.edge.model.History;
import io.nearcast.edge.model.Kind;
import io.nearcast.edge.model.Play;
import io.nearcast.edge.model.Shrinker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many histories of seeds that nobody has seen before. {@code -Dnearcast.model.histories=N} says
 * how many for each of an edge alone and an edge behind a shield, {@code
 * -Dnearcast.model.minutes=N} how long at most; {@code -Dnearcast.model.seed=N} repeats a run,
 * {@code -Dnearcast.model.result=FILE} says where its result is written.
 */
@Tag("long")
final class RfcModelLongTest {
  private static final int HISTORIES = Integer.getInteger("nearcast.model.histories", 10_000);
  private static final long SEED =
      Long.getLong("nearcast.model.seed", ThreadLocalRandom.current().nextLong(1L << 40));

  private static final Duration LONGEST =
      Duration.ofMinutes(Integer.getInteger("nearcast.model.minutes", 120));

  /** So that what nodes have stored stays far below their memory. */
  private static final int HISTORIES_PER_NODE = 500;

  /** What one configuration came to. */
  private static final class Tally {
    final Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
    final List<String> wrong = new ArrayList<>();
    int histories;
    int requests;
  }

  @Test
  void nodesServeWhatTheModelAllows() throws IOException {
    CompletableFuture<Tally> behind = CompletableFuture.supplyAsync(() -> played(true));
    Tally alone = played(false);
    Tally pair = behind.join();
    write(alone, pair);
    assertThat(alone.wrong).isEmpty();
    assertThat(pair.wrong).isEmpty();
    assertThat(alone.kinds.keySet()).containsAll(EnumSet.allOf(Kind.class));
    assertThat(pair.kinds.keySet()).containsAll(EnumSet.allOf(Kind.class));
  }

  private static Tally played(boolean pair) {
    Tally tally = new Tally();
    long until = System.nanoTime() + LONGEST.toNanos();
    while (tally.histories < HISTORIES && System.nanoTime() < until) {
      try (ModelledNodes nodes = pair ? ModelledNodes.edgeBehindShield() : ModelledNodes.edge()) {
        int end = Math.min(HISTORIES, tally.histories + HISTORIES_PER_NODE);
        while (tally.histories < end && System.nanoTime() < until) {
          play(SEED + tally.histories++, pair, nodes, tally);
        }
      }
    }
    return tally;
  }

  private static void play(long seed, boolean pair, ModelledNodes nodes, Tally tally) {
    History history = Generator.history(seed, pair);
    Play.Result result = Play.of(history, nodes);
    result.kinds().forEach((kind, count) -> tally.kinds.merge(kind, count, Integer::sum));
    tally.requests += result.requests();
    if (!result.right()) {
      tally.wrong.add(Shrinker.shortest(history, result, nodes).transcript());
    }
  }

  private static void write(Tally alone, Tally pair) throws IOException {
    StringBuilder text = new StringBuilder("# Random histories against a model of the RFCs\n\n");
    text.append(LocalDate.now(ZoneOffset.UTC)).append(", seed ").append(SEED).append(".\n\n");
    text.append("| | edge | edge behind shield |\n|---|---|---|\n");
    row(text, "histories", alone.histories, pair.histories);
    row(text, "requests", alone.requests, pair.requests);
    row(text, "histories that went wrong", alone.wrong.size(), pair.wrong.size());
    for (Kind kind : Kind.values()) {
      row(
          text,
          kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
          alone.kinds.getOrDefault(kind, 0),
          pair.kinds.getOrDefault(kind, 0));
    }
    Path file = Path.of(System.getProperty("nearcast.model.result", "target/rfc-model.md"));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, text);
  }

  private static void row(StringBuilder text, String name, int alone, int pair) {
    text.append("| ").append(name).append(" | ").append(alone);
    text.append(" | ").append(pair).append(" |\n");
  }
}
