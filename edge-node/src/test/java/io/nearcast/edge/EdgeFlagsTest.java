package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.config.model.KeyPolicy;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class EdgeFlagsTest {
  private static EdgeFlags parsed(String... arguments) {
    CommandLine commandLine = new CommandLine(new EdgeFlags());
    commandLine.registerConverter(Duration.class, Duration::parse);
    commandLine.parseArgs(arguments);
    return commandLine.getCommand();
  }

  @Test
  void standaloneEdgeServesNothingStaleUnasked() {
    CachePolicy policy = parsed().cache();

    assertThat(policy.staleWhileRevalidate()).isZero();
    assertThat(policy.staleIfError()).isZero();
    assertThat(policy.key()).isEqualTo(KeyPolicy.WITH_PORT);
    assertThat(policy.compression()).isEqualTo(CompressionPolicy.DEFAULT);
  }

  @Test
  void standaloneEdgeServesStaleContentForAsLongAsItIsTold() {
    CachePolicy policy =
        parsed("--stale-while-revalidate", "PT30S", "--stale-if-error=P1D", "--compression", "off")
            .cache();

    assertThat(policy.staleWhileRevalidate()).hasSeconds(30);
    assertThat(policy.staleIfError()).hasDays(1);
    assertThat(policy.compression()).isEqualTo(CompressionPolicy.OFF);
  }

  @Test
  void moreThanAYearIsRefused() {
    assertThatThrownBy(() -> parsed("--stale-if-error", "P366D").cache())
        .isInstanceOf(StartFailure.class)
        .hasMessage("--stale-if-error is longer than a year: write at most 365d");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--compression=on",
        "--stale-while-revalidate=PT0S",
        "--stale-if-error=PT1S",
        "--shield=http://shield"
      })
  void memberIsNotToldWhatItsServicesSay(String option) {
    EdgeFlags flags = parsed(option);

    assertThatThrownBy(flags::refuseForMember)
        .isInstanceOf(StartFailure.class)
        .hasMessageStartingWith(option.substring(0, option.indexOf('=')) + " is for standalone");
  }

  @Test
  void durationsAreReadAsEverywhereElse() {
    PrintStream errors = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      int code =
          Launch.run(
              new EdgeMain.EdgeCommand(), "--origin", "http://o", "--stale-if-error", "soon");
      assertThat(code).isEqualTo(2);
    } finally {
      System.setErr(errors);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("--stale-if-error")
        .contains("'soon' is not a duration");
  }
}
