package io.nearcast.edge.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReasonTest {

  @ParameterizedTest
  @EnumSource(Reason.class)
  void tokensStandInStructuredFieldsLogsAndMetrics(Reason reason) {
    assertThat(reason.token()).matches("[a-z]+(-[a-z]+)*");
    assertThat(StructuredDictionary.parse("detail=" + reason.token()))
        .singleElement()
        .satisfies(member -> assertThat(member.type()).isEqualTo(StructuredDictionary.Type.TOKEN));
  }
}
