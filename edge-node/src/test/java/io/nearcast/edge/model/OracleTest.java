package io.nearcast.edge.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The model accepts a cache that is right, and refuses every one that is wrong. */
final class OracleTest {
  private static final int HISTORIES = 3_000;

  @Test
  void whatIsRightIsAccepted() {
    TinyCache cache = new TinyCache(Fault.NONE);
    for (long seed = 1; seed <= HISTORIES; seed++) {
      Play.Result result = Play.of(Generator.history(seed, false), cache);
      assertThat(result.violations()).as(result.transcript()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void whatIsWrongIsRefused(Fault fault) {
    TinyCache cache = new TinyCache(fault);
    for (long seed = 1; seed <= HISTORIES; seed++) {
      History history = Generator.history(seed, false);
      Play.Result result = Play.of(history, cache);
      if (says(result, fault)) {
        assertThat(Shrinker.shortest(history, result, cache).right()).isFalse();
        return;
      }
    }
    throw new AssertionError(fault + " was not found in " + HISTORIES + " histories");
  }

  private static boolean says(Play.Result result, Fault fault) {
    return result.violations().stream().anyMatch(violation -> violation.rule().equals(fault.rule));
  }

  @Test
  void modelKnowsNothingOfTheProduct() throws IOException {
    Path sources =
        Path.of(System.getProperty("nearcast.root", "."))
            .resolve("edge-node/src/test/java/io/nearcast/edge/model");
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        List<String> imports =
            Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("import ") && line.contains("nearcast"))
                .toList();
        assertThat(imports).as(file.toString()).isEmpty();
      }
    }
  }
}
