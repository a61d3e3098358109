package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The names that users give to things, and what they may look like. */
public final class Names {
  /** Also a DNS label (RFC 1123 section 2.1), as a node's name becomes one in redirects. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private static final int DOMAIN_LENGTH_MAX = 253;

  private Names() {}

  /**
   * Checks the name of a service, origin, PoP or node.
   *
   * @throws InvalidField if it is not 1 to 63 of {@code a-z}, {@code 0-9} and inner {@code -}
   */
  public static void checkName(String pointer, String name) {
    check(
        NAME.matcher(name).matches(),
        pointer,
        "must be 1 to 63 of a-z, 0-9 and -, not beginning or ending with -");
  }

  /** Returns the domains in lower case, checked for their syntax and for doubles. */
  static List<String> domains(String pointer, List<String> domains) {
    List<String> lower = new ArrayList<>(domains.size());
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < domains.size(); i++) {
      String domain = domains.get(i).toLowerCase(Locale.ROOT);
      check(
          isDomain(domain),
          pointer + "/" + i,
          "is not a host name: write labels of a-z, 0-9 and - with dots between");
      check(seen.add(domain), pointer + "/" + i, "stands twice: leave one out");
      lower.add(domain);
    }
    return List.copyOf(lower);
  }

  private static boolean isDomain(String domain) {
    if (domain.isEmpty() || domain.length() > DOMAIN_LENGTH_MAX) {
      return false;
    }
    for (String label : domain.split("\\.", -1)) {
      if (!NAME.matcher(label).matches()) {
        return false;
      }
    }
    return true;
  }
}
