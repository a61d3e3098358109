package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

/**
 * A size in a document, which stands there as {@code 1k} or {@code 512m}.
 *
 * @param bytes from 0
 */
public record Size(long bytes) {

  /**
   * Checks the number.
   *
   * @throws InvalidField if it is negative
   */
  public Size {
    check(bytes >= 0, "", "must not be negative");
  }

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException if the text has another form or the size exceeds a long
   */
  public static Size parse(String text) {
    return new Size(Sizes.parse(text));
  }

  /** The shortest text that {@link #parse} reads as this size. */
  public String text() {
    int unit = 0;
    long number = bytes;
    while (number > 0 && number % 1024 == 0 && unit < "kmgt".length()) {
      number /= 1024;
      unit++;
    }
    return unit == 0 ? String.valueOf(number) : number + "kmgt".substring(unit - 1, unit);
  }
}
