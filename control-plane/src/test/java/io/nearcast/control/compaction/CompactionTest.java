package io.nearcast.control.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CompactionTest {

  @Test
  void stampsOfOthersAreOverUnlessTheyAreNewer() {
    Compaction inForce = new Compaction(5, 0, 10, "m", 2);
    assertThat(inForce.isOver(inForce.part(0))).isFalse();
    assertThat(inForce.isOver(inForce.part(7))).isFalse();
    assertThat(inForce.isOver(Compaction.part(10, "a", 0))).as("at the same sequence").isTrue();
    assertThat(inForce.isOver(Compaction.part(10, "z", 0))).as("at the same sequence").isTrue();
    assertThat(inForce.isOver(Compaction.part(9, "z", 0))).isTrue();
    assertThat(inForce.isOver(Compaction.part(9, null, 0))).isTrue();
    assertThat(inForce.isOver(Compaction.part(11, "a", 0))).as("is being written").isFalse();
  }
}
