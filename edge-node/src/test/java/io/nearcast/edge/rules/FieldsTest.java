package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.fields;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** RFC 9110 sections 5.1 to 5.3. */
final class FieldsTest {
  private static final Fields FIELDS = Fields.of("A", "1", "b", "2", "a", "3", "C", "");

  @Test
  void namesAreComparedWithoutCase() {
    assertThat(FIELDS.first("B")).isEqualTo("2");
    assertThat(FIELDS.first("a")).isEqualTo("1");
    assertThat(FIELDS.first("d")).isNull();
    assertThat(FIELDS.has("c")).isTrue();
    assertThat(FIELDS.has("cc")).isFalse();
  }

  @Test
  void linesOfOneNameStayInOrder() {
    assertThat(FIELDS.all("a")).containsExactly("1", "3");
    assertThat(FIELDS.combined("A")).isEqualTo("1, 3");
    assertThat(FIELDS.combined("b")).isSameAs(FIELDS.first("b"));
    assertThat(FIELDS.combined("d")).isNull();
    assertThat(FIELDS.count("a")).isEqualTo(2);
    assertThat(FIELDS.all("d")).isEmpty();
  }

  @Test
  void keepsEachLineAsItWasSent() {
    assertThat(FIELDS.size()).isEqualTo(4);
    assertThat(FIELDS.name(2) + FIELDS.value(2)).isEqualTo("a3");
    assertThat(FIELDS.toString()).isEqualTo("A: 1\nb: 2\na: 3\nC: \n");
  }

  @Test
  void withReplacesAllLinesInTheFirstOnesPlace() {
    assertThat(FIELDS.with("a", "9")).isEqualTo(Fields.of("a", "9", "b", "2", "C", ""));
    assertThat(FIELDS.with("D", "9"))
        .isEqualTo(Fields.of("A", "1", "b", "2", "a", "3", "C", "", "D", "9"));
  }

  @Test
  void withoutDropsAllLines() {
    assertThat(FIELDS.without("A")).isEqualTo(Fields.of("b", "2", "C", ""));
    assertThat(FIELDS.without("d")).isSameAs(FIELDS);
    assertThat(FIELDS.without(name -> true)).isEqualTo(Fields.EMPTY);
  }

  @Test
  void aBuilderGrows() {
    Fields.Builder builder = Fields.builder();
    for (int i = 0; i < 100; i++) {
      builder.add("n" + i, "v" + i);
    }
    Fields built = builder.addAll(FIELDS).build();
    assertThat(built.size()).isEqualTo(104);
    assertThat(built.first("N99")).isEqualTo("v99");
    assertThat(built.first("b")).isEqualTo("2");
  }

  @Test
  void aNameWithoutAValueIsABug() {
    assertThatThrownBy(() -> Fields.of("A")).isInstanceOf(IllegalArgumentException.class);
    assertThat(Fields.of()).isSameAs(Fields.EMPTY);
    assertThat(fields("A: 1"))
        .isEqualTo(Fields.of("A", "1"))
        .hasSameHashCodeAs(Fields.of("A", "1"));
  }
}
