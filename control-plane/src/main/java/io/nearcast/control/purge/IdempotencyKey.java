package io.nearcast.control.purge;

import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client calls one request, so that it may send it again without purging twice
 * (draft-ietf-httpapi-idempotency-key-header).
 *
 * @param owner the id of the client's token: others may use the same word
 * @param word 1 to {@value #LENGTH_MAX} visible ASCII characters
 */
public record IdempotencyKey(String owner, String word) {
  /** The most characters of a key. */
  public static final int LENGTH_MAX = 255;

  /** A string of RFC 9651 section 3.3.3, or what most clients send: the same without quotes. */
  private static final Pattern HEADER =
      Pattern.compile("\"((?:[ !#-\\[\\]-~]|\\\\[\"\\\\])+)\"|([!#-+\\--:<-~]+)");

  private static final Pattern ESCAPED = Pattern.compile("\\\\([\"\\\\])");

  /**
   * Reads the header fields {@code Idempotency-Key} of a request.
   *
   * @param values one for each field line
   * @return null where there is none
   * @throws Refusal if they are no key
   */
  public static @Nullable IdempotencyKey of(String owner, List<String> values) {
    if (values.isEmpty()) {
      return null;
    }
    Matcher matcher = HEADER.matcher(values.getFirst().strip());
    if (values.size() > 1 || !matcher.matches()) {
      throw refused("must be there once and be one string, such as \"8e03978e-40d5\"");
    }
    String quoted = matcher.group(1);
    String word = quoted == null ? matcher.group(2) : ESCAPED.matcher(quoted).replaceAll("$1");
    if (word.length() > LENGTH_MAX) {
      throw refused("has more than " + LENGTH_MAX + " characters: send a UUID");
    }
    return new IdempotencyKey(owner, word);
  }

  private static Refusal refused(String detail) {
    return new Refusal(Reason.HEADER, "Idempotency-Key " + detail);
  }
}
