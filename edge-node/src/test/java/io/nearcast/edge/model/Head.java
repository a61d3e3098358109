package io.nearcast.edge.model;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The field lines of a message, in order.
 *
 * @param fields name and value of each line
 */
public record Head(List<Field> fields) {
  /** No fields. */
  public static final Head EMPTY = new Head(List.of());

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

  /** One field line. */
  public record Field(String name, String value) {
    @Override
    public String toString() {
      return name + ": " + value;
    }
  }

  /** Copies the list. */
  public Head {
    fields = List.copyOf(fields);
  }

  /** From lines such as {@code Vary: *}. */
  public static Head of(List<String> lines) {
    List<Field> all = new ArrayList<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      all.add(new Field(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
    return new Head(all);
  }

  /** The lines as they are written. */
  public List<String> lines() {
    return fields.stream().map(Field::toString).toList();
  }

  /** The value of the first line of a name, or null. */
  public @Nullable String first(String name) {
    for (Field field : fields) {
      if (field.name().equalsIgnoreCase(name)) {
        return field.value();
      }
    }
    return null;
  }

  /** All lines of a name as one list (RFC 9110 section 5.3), or null for none. */
  public @Nullable String all(String name) {
    String joined =
        fields.stream()
            .filter(field -> field.name().equalsIgnoreCase(name))
            .map(Field::value)
            .collect(Collectors.joining(", "));
    return has(name) ? joined : null;
  }

  /** Whether there is a line of this name. */
  public boolean has(String name) {
    return first(name) != null;
  }

  /** The names, in lower case and in order of the alphabet. */
  public Set<String> names() {
    return fields.stream()
        .map(field -> field.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Without the lines of a name. */
  public Head without(String name) {
    return new Head(fields.stream().filter(f -> !f.name().equalsIgnoreCase(name)).toList());
  }

  /** With one more line. */
  public Head plus(String name, String value) {
    List<Field> more = new ArrayList<>(fields);
    more.add(new Field(name, value));
    return new Head(more);
  }

  /** A date of HTTP in ms since 1970; null where the field is absent or is none. */
  public @Nullable Long date(String name) {
    String value = first(name);
    return value == null ? null : parseDate(value);
  }

  /** A date of HTTP in ms since 1970, or null. */
  public static @Nullable Long parseDate(String value) {
    try {
      return ZonedDateTime.parse(value, DATE.withZone(ZoneOffset.UTC)).toInstant().toEpochMilli();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** A point in time as HTTP writes it. */
  public static String date(long millis) {
    return DATE.format(Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC));
  }
}
