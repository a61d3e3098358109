package io.nearcast.router.zone;

import java.util.Locale;

/**
 * A domain name as it stands in a DNS message (RFC 1035 section 3.1), in lower case: each label
 * after its length, then a zero. One char for each byte.
 *
 * <p>Unlike text with dots, this form has only one reading whatever bytes the labels have.
 *
 * @param octets the form on the wire, 1 to 255 of them, well-formed
 */
public record WireName(String octets) {
  /** The most octets of a name, the last zero among them. */
  public static final int LENGTH_MAX = 255;

  /** The most octets of a label. */
  public static final int LABEL_MAX = 63;

  /** The root. */
  public static final WireName ROOT = new WireName("\0");

  /**
   * The name of a host name.
   *
   * @param domain labels of at most 63 chars, with dots between; none for the root
   */
  public static WireName of(String domain) {
    if (domain.isEmpty()) {
      return ROOT;
    }
    StringBuilder octets = new StringBuilder(domain.length() + 2);
    for (String label : domain.toLowerCase(Locale.ROOT).split("\\.", -1)) {
      if (label.isEmpty() || label.length() > LABEL_MAX) {
        throw new IllegalArgumentException("\"" + domain + "\" is no host name");
      }
      octets.append((char) label.length()).append(label);
    }
    return new WireName(octets.append('\0').toString());
  }

  /** Whether it is the root. */
  public boolean isRoot() {
    return octets.length() == 1;
  }

  /** How many octets the first label takes, its length among them. */
  public int firstLength() {
    return octets.charAt(0) + 1;
  }

  /** The first label, without its length. */
  public String first() {
    return octets.substring(1, firstLength());
  }

  /** The name above: without the first label. Not for the root. */
  public WireName parent() {
    return new WireName(octets.substring(firstLength()));
  }

  /** The name in dots, for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (WireName rest = this; !rest.isRoot(); rest = rest.parent()) {
      text.append(rest.first()).append('.');
    }
    return text.isEmpty() ? "." : text.toString();
  }
}
