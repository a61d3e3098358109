package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The header or trailer fields of a message, in order (RFC 9110 section 5).
 *
 * <p>Immutable and compact: one array of names and values in turn. Names keep the case in which
 * they came and are compared without it. Values are as the parser left them: without white space
 * around them, and without CR, LF or NUL.
 */
public final class Fields {
  /** No fields. */
  public static final Fields EMPTY = new Fields(new String[0]);

  private final String[] namesAndValues;

  private Fields(String[] namesAndValues) {
    this.namesAndValues = namesAndValues;
  }

  /**
   * Fields of names and values in turn.
   *
   * @throws IllegalArgumentException if the last name has no value
   */
  public static Fields of(String... nameValuePairs) {
    if (nameValuePairs.length % 2 != 0) {
      throw new IllegalArgumentException("a field has a name but no value");
    }
    return nameValuePairs.length == 0 ? EMPTY : new Fields(nameValuePairs.clone());
  }

  /** A builder with nothing in it. */
  public static Builder builder() {
    return new Builder();
  }

  /** How many field lines there are. */
  public int size() {
    return namesAndValues.length >> 1;
  }

  /** The name of the field line at an index from 0 to {@code size() - 1}, as it was sent. */
  public String name(int index) {
    return namesAndValues[index << 1];
  }

  /** The value of the field line at an index from 0 to {@code size() - 1}. */
  public String value(int index) {
    return namesAndValues[(index << 1) + 1];
  }

  /** The value of the first line of this name, or null. */
  public @Nullable String first(String name) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (sameName(namesAndValues[i], name)) {
        return namesAndValues[i + 1];
      }
    }
    return null;
  }

  /** The values of all lines of this name, in order; empty where there is none. */
  public List<String> all(String name) {
    List<String> values = List.of();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (sameName(namesAndValues[i], name)) {
        values = values.isEmpty() ? new ArrayList<>(2) : values;
        values.add(namesAndValues[i + 1]);
      }
    }
    return values;
  }

  /**
   * All lines of this name as one value, joined by {@code ", "} (RFC 9110 section 5.3), or null.
   */
  public @Nullable String combined(String name) {
    String single = null;
    StringBuilder joined = null;
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!sameName(namesAndValues[i], name)) {
        continue;
      }
      if (single == null) {
        single = namesAndValues[i + 1];
        continue;
      }
      joined = joined == null ? new StringBuilder(single) : joined;
      joined.append(", ").append(namesAndValues[i + 1]);
    }
    return joined == null ? single : joined.toString();
  }

  /** Whether there is a line of this name. */
  public boolean has(String name) {
    return first(name) != null;
  }

  /** How many lines of this name there are. */
  public int count(String name) {
    int count = 0;
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (sameName(namesAndValues[i], name)) {
        count++;
      }
    }
    return count;
  }

  /**
   * These fields, with all lines of this name replaced by one; it stands where the first stood, or
   * last.
   */
  public Fields with(String name, String value) {
    Builder result = new Builder();
    boolean placed = false;
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!sameName(namesAndValues[i], name)) {
        result.add(namesAndValues[i], namesAndValues[i + 1]);
      } else if (!placed) {
        result.add(name, value);
        placed = true;
      }
    }
    return placed ? result.build() : result.add(name, value).build();
  }

  /** These fields without the lines of this name. */
  public Fields without(String name) {
    return without(candidate -> sameName(candidate, name));
  }

  /** These fields without the lines whose name (in its own case) the predicate holds for. */
  public Fields without(Predicate<String> names) {
    Builder result = null;
    for (int i = 0; i < namesAndValues.length; i += 2) {
      boolean drop = names.test(namesAndValues[i]);
      if (drop && result == null) {
        result = new Builder().addPairs(namesAndValues, i);
      } else if (!drop && result != null) {
        result.add(namesAndValues[i], namesAndValues[i + 1]);
      }
    }
    return result == null ? this : result.build();
  }

  /** Whether two field names are the same (RFC 9110 section 5.1). */
  public static boolean sameName(String a, String b) {
    return a.length() == b.length() && a.equalsIgnoreCase(b);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Fields fields && Arrays.equals(namesAndValues, fields.namesAndValues);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(namesAndValues);
  }

  /** One line per field, for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      text.append(namesAndValues[i]).append(": ").append(namesAndValues[i + 1]).append('\n');
    }
    return text.toString();
  }

  /** Gathers fields line by line. Not for several threads; spent after {@link #build()}. */
  public static final class Builder {
    private String[] pairs = new String[16];
    private int length;

    private Builder() {}

    /** Adds a line at the end. */
    public Builder add(String name, String value) {
      if (length == pairs.length) {
        pairs = Arrays.copyOf(pairs, length * 2);
      }
      pairs[length++] = name;
      pairs[length++] = value;
      return this;
    }

    /** Adds all lines of other fields at the end. */
    public Builder addAll(Fields fields) {
      return addPairs(fields.namesAndValues, fields.namesAndValues.length);
    }

    private Builder addPairs(String[] source, int count) {
      if (length + count > pairs.length) {
        pairs = Arrays.copyOf(pairs, Math.max(length + count, length * 2));
      }
      System.arraycopy(source, 0, pairs, length, count);
      length += count;
      return this;
    }

    /** The fields. */
    public Fields build() {
      return length == 0 ? EMPTY : new Fields(Arrays.copyOf(pairs, length));
    }
  }
}
