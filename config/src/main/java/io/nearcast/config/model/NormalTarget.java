package io.nearcast.config.model;

import java.util.ArrayList;
import java.util.List;

/**
 * The one form of a request's target (path and query in origin form), in which it is matched with
 * rules, is a part of the cache key, is purged and goes upstream: so that the cache never takes two
 * resources for one, or one for two, where the origin does not.
 *
 * <p>Made equal, as RFC 3986 section 6.2.2 says: percent-encoded unreserved characters are decoded,
 * the hexadecimal digits of all others are capitals, dot segments are removed. Everything else
 * stays as it is: doubled slashes, {@code %2F}, {@code ;}, and all of the query. Pure.
 */
public final class NormalTarget {
  private static final String HEX = "0123456789ABCDEF";

  private NormalTarget() {}

  /**
   * The normal form of a target that begins with {@code /}; the same object where it is normal.
   *
   * @throws IllegalArgumentException if the path has a {@code %} without two hexadecimal digits, an
   *     encoded control character, or a dot segment that only some servers see; the message says
   *     which, without a subject
   */
  public static String of(String target) {
    int end = pathEnd(target);
    if (plain(target, end)) {
      return target;
    }
    String path = withoutDotSegments(decoded(target, end));
    refuseHiddenDots(path);
    return path + target.substring(end);
  }

  /**
   * A path as the most lenient server reads it: with everything decoded, backslashes as slashes,
   * without parameters behind semicolons, runs of slashes as one. For asking whether a path may be
   * taken for one that must not be cached, and for nothing else.
   *
   * @param path in normal form, without query
   */
  public static String lenient(String path) {
    if (path.indexOf('%') < 0
        && path.indexOf('\\') < 0
        && path.indexOf(';') < 0
        && !path.contains("//")) {
      return path;
    }
    String slashes = percentDecoded(path).replace('\\', '/');
    StringBuilder out = new StringBuilder(slashes.length());
    boolean parameter = false;
    for (int i = 0; i < slashes.length(); i++) {
      char c = slashes.charAt(i);
      parameter = c != '/' && (parameter || c == ';');
      boolean again = c == '/' && !out.isEmpty() && out.charAt(out.length() - 1) == '/';
      if (!parameter && !again) {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** Text with every percent-encoded byte decoded, one character each; what is no such stays. */
  public static String percentDecoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      int octet = text.charAt(i) == '%' ? octet(text, i, text.length()) : -1;
      out.append(octet < 0 ? text.charAt(i) : (char) octet);
      i += octet < 0 ? 0 : 2;
    }
    return out.toString();
  }

  private static int pathEnd(String target) {
    int question = target.indexOf('?');
    return question < 0 ? target.length() : question;
  }

  /** Whether nothing can be to do: the path of nearly every request. */
  private static boolean plain(String target, int end) {
    char before = '/';
    for (int i = 0; i < end; i++) {
      char c = target.charAt(i);
      if (c == '%' || c == '\\' || (c == '.' && before == '/')) {
        return false;
      }
      before = c;
    }
    return true;
  }

  private static String decoded(String target, int end) {
    StringBuilder out = new StringBuilder(end);
    for (int i = 0; i < end; i++) {
      char c = target.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      int octet = octet(target, i, end);
      if (octet < 0) {
        throw new IllegalArgumentException(
            "has a % without two hexadecimal digits: write %25 for the character itself");
      }
      if (octet < ' ' || octet == 0x7f) {
        throw new IllegalArgumentException("has an encoded control character");
      }
      if (unreserved(octet)) {
        out.append((char) octet);
      } else {
        out.append('%').append(HEX.charAt(octet >> 4)).append(HEX.charAt(octet & 15));
      }
      i += 2;
    }
    return out.toString();
  }

  /** The byte that is encoded at an index, or -1. */
  private static int octet(String text, int percent, int end) {
    if (percent + 2 >= end) {
      return -1;
    }
    int high = hex(text.charAt(percent + 1));
    int low = hex(text.charAt(percent + 2));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  /** The value of a digit of ASCII, or -1. */
  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  /** RFC 3986 section 2.3. */
  private static boolean unreserved(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  /** RFC 3986 section 5.2.4. */
  private static String withoutDotSegments(String path) {
    if (!path.contains("/.")) {
      return path;
    }
    List<String> kept = new ArrayList<>();
    String[] segments = path.substring(1).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      String segment = segments[i];
      boolean dots = segment.equals(".") || segment.equals("..");
      if (segment.equals("..") && !kept.isEmpty()) {
        kept.removeLast();
      }
      if (!dots) {
        kept.add(segment);
      } else if (i == segments.length - 1) {
        kept.add("");
      }
    }
    return "/" + String.join("/", kept);
  }

  /**
   * Refuses {@code /static/..%2Fprivate} and the like: some servers take it for {@code /private},
   * others do not, and a rule can only know one of them.
   */
  private static void refuseHiddenDots(String path) {
    if (path.indexOf('.') < 0) {
      return;
    }
    String slashes = path.replace("%2F", "/").replace("%5C", "/").replace('\\', '/');
    for (String segment : slashes.split("/", -1)) {
      String name = segment.replace("%3B", ";");
      int semicolon = name.indexOf(';');
      String bare = semicolon < 0 ? name : name.substring(0, semicolon);
      if (bare.equals(".") || bare.equals("..")) {
        throw new IllegalArgumentException(
            "has a dot segment next to an encoded slash, a backslash or a semicolon");
      }
    }
  }
}
