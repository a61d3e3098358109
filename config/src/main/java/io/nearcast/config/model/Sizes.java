package io.nearcast.config.model;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as people write them: a number with {@code k}, {@code m}, {@code g} or {@code t}, powers of
 * 1024.
 */
public final class Sizes {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,15})([kmgt]?)");

  private Sizes() {}

  /**
   * Reads a size in bytes.
   *
   * @throws IllegalArgumentException if the text has another form or the size exceeds a long
   */
  public static long parse(String text) {
    Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "is not a size: write a number with k, m, g or t, as in 512m");
    }
    int shift = matcher.group(2).isEmpty() ? 0 : 10 * ("kmgt".indexOf(matcher.group(2)) + 1);
    long number = Long.parseLong(matcher.group(1));
    if (number > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("is too large a size");
    }
    return number << shift;
  }
}
