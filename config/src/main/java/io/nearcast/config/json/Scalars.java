package io.nearcast.config.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.model.Durations;
import io.nearcast.config.model.Size;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values that are one word in a document: texts, numbers, times, sizes, enum constants. */
final class Scalars {
  private Scalars() {}

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if the node is no such value; the message is a problem's
   *     detail
   * @throws IllegalStateException if no value of that class can be in a document
   */
  static Object read(JsonNode node, Class<?> type) {
    if (type == String.class) {
      return text(node, "must be a string" + (node.isValueNode() ? ": put it in quotes" : ""));
    }
    if (type == boolean.class || type == Boolean.class) {
      check(node.isBoolean(), "must be true or false");
      return node.booleanValue();
    }
    if (type == int.class || type == Integer.class) {
      return (int) whole(node, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (type == long.class || type == Long.class) {
      return whole(node, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (type == double.class || type == Double.class) {
      check(node.isNumber() && Double.isFinite(node.doubleValue()), "must be a number");
      return node.doubleValue();
    }
    if (type.isEnum()) {
      return constant(node, type);
    }
    return parsed(text(node, "must be a string: " + remedy(type)), type);
  }

  /** Writes what {@link #read} reads, or null if the value is of no such class. */
  static @Nullable Object write(Object value) {
    return switch (value) {
      case Duration duration -> Durations.format(duration);
      case Instant instant -> instant.toString();
      case Size size -> size.text();
      case URI uri -> uri.toString();
      case Enum<?> constant -> word(constant);
      case String text -> text;
      case Boolean truth -> truth;
      case Number number -> number;
      default -> null;
    };
  }

  /** What to write where a value of a type is missing. */
  static String remedy(Type type) {
    if (type == Duration.class) {
      return "write a duration, as in 30s";
    }
    if (type == Instant.class) {
      return "write a time, as in 2026-01-31T12:00:00Z";
    }
    if (type == Size.class) {
      return "write a size, as in 1k";
    }
    if (type == URI.class) {
      return "write a URL, as in http://HOST:PORT";
    }
    if (type == String.class) {
      return "write a string";
    }
    if (type instanceof Class<?> raw && raw.isEnum()) {
      return "write " + choices(raw);
    }
    if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == Map.class ? "write an object" : "write a list";
    }
    return isNumber(type) ? "write a number" : "write an object";
  }

  private static boolean isNumber(Type type) {
    return type instanceof Class<?> raw
        && (raw.isPrimitive() || Number.class.isAssignableFrom(raw));
  }

  private static Object parsed(String text, Class<?> type) {
    if (type == Duration.class) {
      return Durations.parse(text);
    }
    if (type == Size.class) {
      return Size.parse(text);
    }
    if (type == Instant.class) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException("is not a time: " + remedy(type), e);
      }
    }
    if (type == URI.class) {
      try {
        return new URI(text);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException("is not a URL: " + remedy(type), e);
      }
    }
    throw new IllegalStateException("documents have no fields of " + type);
  }

  private static String text(JsonNode node, String detail) {
    check(node.isTextual(), detail);
    return node.textValue();
  }

  private static long whole(JsonNode node, long min, long max) {
    check(node.isNumber(), "must be a number");
    check(
        node.isIntegralNumber()
            && node.canConvertToLong()
            && node.longValue() >= min
            && node.longValue() <= max,
        "must be a whole number from " + min + " to " + max);
    return node.longValue();
  }

  private static Object constant(JsonNode node, Class<?> type) {
    for (Object constant : type.getEnumConstants()) {
      if (node.isTextual() && node.textValue().equals(word((Enum<?>) constant))) {
        return constant;
      }
    }
    throw new IllegalArgumentException("must be " + choices(type));
  }

  private static String choices(Class<?> type) {
    List<String> words =
        Arrays.stream(type.getEnumConstants()).map(constant -> word((Enum<?>) constant)).toList();
    return words.size() == 1
        ? words.getFirst() + ": this release only knows that"
        : "one of " + String.join(", ", words);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void check(boolean condition, String detail) {
    if (!condition) {
      throw new IllegalArgumentException(detail);
    }
  }
}
