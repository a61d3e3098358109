package io.nearcast.edge.rules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Dictionary of Structured Field Values (RFC 9651 section 4.2.2), as strictly as that says:
 * any error makes the whole field invalid. Parameters are checked and passed over.
 */
final class StructuredDictionary {

  /** The types of values (RFC 9651 section 3). */
  enum Type {
    /** 3.3.1. */
    INTEGER,
    /** 3.3.2. */
    DECIMAL,
    /** 3.3.3. */
    STRING,
    /** 3.3.4. */
    TOKEN,
    /** 3.3.5. */
    BYTES,
    /** 3.3.6. */
    BOOLEAN,
    /** 3.3.7. */
    DATE,
    /** 3.3.8. */
    DISPLAY_STRING,
    /** 3.1.1. */
    INNER_LIST
  }

  /**
   * A member of a dictionary.
   *
   * @param key in lower case
   * @param type the type of its value
   * @param value the value as text, a String's without quotes and escapes
   */
  record Member(String key, Type type, String value) {
    boolean isTrue() {
      return type == Type.BOOLEAN && value.equals("1");
    }

    boolean isFalse() {
      return type == Type.BOOLEAN && value.equals("0");
    }
  }

  /** The field is no valid dictionary. */
  private static final class Invalid extends Exception {
    private static final long serialVersionUID = 1L;

    Invalid() {
      super("not a dictionary", null, false, false);
    }
  }

  private final String text;
  private int at;

  private StructuredDictionary(String text) {
    this.text = text;
  }

  /** The members in order, of a key that comes twice the last one; or null for an invalid field. */
  static @Nullable List<Member> parse(String field) {
    try {
      return new StructuredDictionary(field).dictionary();
    } catch (Invalid e) {
      return null;
    }
  }

  /** Section 4.2.2. */
  private List<Member> dictionary() throws Invalid {
    Map<String, Member> members = new LinkedHashMap<>();
    skip(" ");
    while (at < text.length()) {
      String key = key();
      Member member = new Member(key, Type.BOOLEAN, "1");
      if (next('=')) {
        member = value(key);
      }
      parameters();
      members.put(key, member);
      skip(" \t");
      if (at == text.length()) {
        break;
      }
      expect(',');
      skip(" \t");
      // A comma at the end.
      require(at < text.length());
    }
    return List.copyOf(members.values());
  }

  private Member value(String key) throws Invalid {
    return peek() == '(' ? innerList(key) : bareItem(key);
  }

  /** Section 4.2.1.2. */
  private Member innerList(String key) throws Invalid {
    int start = at;
    expect('(');
    while (true) {
      skip(" ");
      if (next(')')) {
        return new Member(key, Type.INNER_LIST, text.substring(start, at));
      }
      bareItem(key);
      parameters();
      require(peek() == ' ' || peek() == ')');
    }
  }

  /** Section 4.2.3.2. */
  private void parameters() throws Invalid {
    while (next(';')) {
      skip(" ");
      String key = key();
      if (next('=')) {
        bareItem(key);
      }
    }
  }

  /** Section 4.2.3.3. */
  private String key() throws Invalid {
    int start = at;
    require(isLower(peek()) || peek() == '*');
    while (isLower(peek()) || isDigit(peek()) || "_-.*".indexOf(peek()) >= 0) {
      at++;
    }
    return text.substring(start, at);
  }

  /** Section 4.2.3.1. */
  private Member bareItem(String key) throws Invalid {
    char first = peek();
    if (first == '-' || isDigit(first)) {
      return number(key);
    }
    if (first == '"') {
      return new Member(key, Type.STRING, string());
    }
    if (isLetter(first) || first == '*') {
      return new Member(key, Type.TOKEN, token());
    }
    return switch (first) {
      case ':' -> new Member(key, Type.BYTES, bytes());
      case '?' -> new Member(key, Type.BOOLEAN, truth());
      case '@' -> date(key);
      case '%' -> new Member(key, Type.DISPLAY_STRING, displayString());
      default -> throw new Invalid();
    };
  }

  /** Section 4.2.4: up to 15 digits, or up to 12 and 3 after the point. */
  private Member number(String key) throws Invalid {
    int start = at;
    next('-');
    int whole = digits();
    require(whole > 0);
    if (!next('.')) {
      require(whole <= 15);
      return new Member(key, Type.INTEGER, text.substring(start, at));
    }
    int fraction = digits();
    require(whole <= 12 && fraction > 0 && fraction <= 3);
    return new Member(key, Type.DECIMAL, text.substring(start, at));
  }

  private int digits() {
    int start = at;
    while (isDigit(peek())) {
      at++;
    }
    return at - start;
  }

  /** Section 4.2.5. */
  private String string() throws Invalid {
    StringBuilder value = new StringBuilder();
    expect('"');
    while (true) {
      char c = take();
      if (c == '"') {
        return value.toString();
      }
      if (c == '\\') {
        c = take();
        require(c == '"' || c == '\\');
      }
      require(c >= ' ' && c <= '~');
      value.append(c);
    }
  }

  /** Section 4.2.6. */
  private String token() {
    int start = at;
    while (ListReader.isTokenCharacter(peek()) || peek() == ':' || peek() == '/') {
      at++;
    }
    return text.substring(start, at);
  }

  /** Section 4.2.7. */
  private String bytes() throws Invalid {
    expect(':');
    int start = at;
    while (isLetter(peek()) || isDigit(peek()) || "+/=".indexOf(peek()) >= 0) {
      at++;
    }
    String value = text.substring(start, at);
    expect(':');
    return value;
  }

  /** Section 4.2.8. */
  private String truth() throws Invalid {
    expect('?');
    char c = take();
    require(c == '0' || c == '1');
    return String.valueOf(c);
  }

  /** Section 4.2.9. */
  private Member date(String key) throws Invalid {
    expect('@');
    Member number = number(key);
    require(number.type() == Type.INTEGER);
    return new Member(key, Type.DATE, number.value());
  }

  /** Section 4.2.10; the value is left as it is encoded. */
  private String displayString() throws Invalid {
    expect('%');
    expect('"');
    int start = at;
    while (true) {
      char c = take();
      if (c == '"') {
        return text.substring(start, at - 1);
      }
      require(c >= ' ' && c <= '~');
      if (c == '%') {
        require(isLowerHex(take()));
        require(isLowerHex(take()));
      }
    }
  }

  /** The character at this place; NUL, which no production has, at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private char take() throws Invalid {
    require(at < text.length());
    return text.charAt(at++);
  }

  private boolean next(char c) {
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private void expect(char c) throws Invalid {
    require(next(c));
  }

  private void skip(String characters) {
    while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private static void require(boolean condition) throws Invalid {
    if (!condition) {
      throw new Invalid();
    }
  }

  private static boolean isLower(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isLetter(char c) {
    return isLower(c) || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLowerHex(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'f');
  }
}
