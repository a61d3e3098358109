package io.nearcast.router.dns;

import java.util.Locale;

/** How a query went, as in the response's header and OPT record. */
enum Rcode {
  /** There is an answer, or the name has no records of the type. */
  NOERROR(0),
  /** The query cannot be read. */
  FORMERR(1),
  /** The router knows no edge, so nothing that it could answer would be of use. */
  SERVFAIL(2),
  /** The name does not exist. */
  NXDOMAIN(3),
  /** The router knows no such kind of message. */
  NOTIMP(4),
  /** The name is none of the router's, or it gives no such information. */
  REFUSED(5),
  /** The version of EDNS is unknown (RFC 6891 section 6.1.3). */
  BADVERS(16);

  private final int code;
  private final String label = name().toLowerCase(Locale.ROOT);

  Rcode(int code) {
    this.code = code;
  }

  /** The lower four bits, for the header. */
  int low() {
    return code & 0xF;
  }

  /** The upper eight bits, for the OPT record. */
  int high() {
    return code >>> 4;
  }

  /** The label in metrics. */
  String label() {
    return label;
  }
}
