package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.fields;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TagsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`Surrogate-Key: red  blue`                           | red blue",
        "`Cache-Tag: red, blue green ,`                       | red/blue green",
        "`Surrogate-Key: a | surrogate-key: b | Cache-Tag: c` | a b c",
        "`Surrogate-Key: a a | Cache-Tag: a`                  | a",
        "`Surrogate-Key:`                                     | ``",
        "`X: y`                                               | ``",
      })
  void reads(String lines, String expected) {
    Tags tags = Tags.of(fields(lines));
    String separator = expected.contains("/") ? "/" : " ";
    assertThat(String.join(separator, tags.names())).isEqualTo(expected);
    assertThat(tags.truncated()).isFalse();
  }

  @Test
  void saysWhenThereAreTooMany() {
    assertThat(Tags.of(numbered(Tags.TAGS_MAX)).truncated()).isFalse();
    Tags tags = Tags.of(numbered(Tags.TAGS_MAX + 1));
    assertThat(tags.truncated()).isTrue();
    assertThat(tags.names()).hasSize(Tags.TAGS_MAX);
  }

  @Test
  void saysWhenTheyAreTooLong() {
    String half = "x".repeat(Tags.CHARACTERS_MAX / 2 - 1);
    assertThat(Tags.of(Fields.of("Surrogate-Key", half + "1 " + half + "2")).truncated()).isFalse();
    Tags tags = Tags.of(Fields.of("Surrogate-Key", half + "1 " + half + "2 y"));
    assertThat(tags.truncated()).isTrue();
    assertThat(tags.names()).hasSize(2);
  }

  private static Fields numbered(int count) {
    return Fields.of(
        "Surrogate-Key",
        IntStream.range(0, count).mapToObj(i -> "t" + i).collect(Collectors.joining(" ")));
  }
}
