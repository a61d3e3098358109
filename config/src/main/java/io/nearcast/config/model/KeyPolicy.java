package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.bounded;
import static io.nearcast.config.model.Checks.check;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What distinguishes cached responses of a service beside host and path.
 *
 * @param query which query parameters count
 * @param shareDomains whether all domains of the service share their copies
 * @param scheme whether {@code http} and {@code https} have copies of their own
 * @param port whether each port has copies of its own; if not, the origin sees Host without a port,
 *     so that it cannot answer by what does not count
 * @param headers request headers whose values count, in lower case
 * @param cookies cookies whose values count
 * @param exactLanguage whether order and case of {@code Accept-Language} count where Vary names it:
 *     for origins that rank languages of equal weight by their order
 * @param variants the most responses that Vary may make for one URL
 */
public record KeyPolicy(
    QueryPolicy query,
    boolean shareDomains,
    boolean scheme,
    boolean port,
    List<String> headers,
    List<String> cookies,
    boolean exactLanguage,
    int variants) {

  /** The most headers, and the most cookies, that may count. */
  public static final int NAMES_MAX = 20;

  /** How many responses Vary may make for one URL where a document does not say. */
  public static final int VARIANTS_DEFAULT = 100;

  /** The most that a document may say for it. */
  public static final int VARIANTS_MAX = 1000;

  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

  /** The whole query counts, and every domain has its own copies. */
  public static final KeyPolicy DEFAULT = new KeyPolicy(QueryPolicy.DEFAULT, false);

  /**
   * As {@link #DEFAULT}, and every port has its own copies: the client's Host goes to the origin.
   */
  public static final KeyPolicy WITH_PORT =
      new KeyPolicy(
          QueryPolicy.DEFAULT, false, false, true, List.of(), List.of(), false, VARIANTS_DEFAULT);

  /**
   * Checks and copies the lists.
   *
   * @throws InvalidField if a list is too long, a name is no token or the number of variants cannot
   *     be
   */
  public KeyPolicy {
    headers =
        bounded("/headers", headers, 0, NAMES_MAX).stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .toList();
    cookies = bounded("/cookies", cookies, 0, NAMES_MAX);
    checkTokens("/headers/", headers);
    checkTokens("/cookies/", cookies);
    check(
        variants >= 1 && variants <= VARIANTS_MAX,
        "/variants",
        "must be from 1 to " + VARIANTS_MAX);
  }

  /** A policy without headers, cookies or ports. */
  public KeyPolicy(QueryPolicy query, boolean shareDomains) {
    this(query, shareDomains, false, false, List.of(), List.of(), false, VARIANTS_DEFAULT);
  }

  private static void checkTokens(String pointer, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      check(
          TOKEN.matcher(names.get(i)).matches(),
          pointer + i,
          "must be a name without spaces or separators");
    }
  }
}
