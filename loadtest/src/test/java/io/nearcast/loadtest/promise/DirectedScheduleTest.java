package io.nearcast.loadtest.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each rule is needed: the promise is kept with it, and broken without it. */
final class DirectedScheduleTest {
  private static final Set<Rule> NONE = EnumSet.noneOf(Rule.class);

  /** The rules that PURGE.md marks as those without which the promise breaks. */
  private static final int MARKED = 21;

  private static List<Schedule> aimedAt(Rule rule) {
    return Schedules.ALL.stream().filter(schedule -> schedule.rule() == rule).toList();
  }

  @ParameterizedTest
  @EnumSource
  void promiseIsKeptWithTheRuleAndBrokenWithoutIt(Rule rule) {
    assertThat(aimedAt(rule)).as("schedules").isNotEmpty();
    for (Schedule schedule : aimedAt(rule)) {
      World kept = schedule.run(NONE);
      assertThat(kept.violation()).as("with all rules").isNull();
      assertThat(kept.promise.answers()).as("answers").isPositive();
      assertThat(schedule.run(EnumSet.of(rule)).violation()).as("without it").isNotNull();
    }
  }

  @Test
  void everyMarkedRuleCanBeTakenOut() {
    Set<Integer> covered =
        Arrays.stream(Rule.values()).map(Rule::number).collect(Collectors.toSet());
    for (int number = 1; number <= MARKED; number++) {
      assertThat(covered).contains(number);
    }
  }
}
