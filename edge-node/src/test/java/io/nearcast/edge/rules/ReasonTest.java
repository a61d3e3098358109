package io.nearcast.edge.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReasonTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("nearcast.root"), "docs", "caching.md");

  @ParameterizedTest
  @EnumSource(Reason.class)
  void operatorsFindEachInTheDocument(Reason reason) throws IOException {
    assertThat(Files.readAllLines(DOCUMENT))
        .anyMatch(line -> line.startsWith("| `" + reason.token() + "` |"));
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void tokensStandInStructuredFieldsLogsAndMetrics(Reason reason) {
    assertThat(reason.token()).matches("[a-z]+(-[a-z]+)*");
    assertThat(StructuredDictionary.parse("detail=" + reason.token()))
        .singleElement()
        .satisfies(member -> assertThat(member.type()).isEqualTo(StructuredDictionary.Type.TOKEN));
  }
}
