package io.nearcast.router.dns;

import java.net.Inet4Address;
import java.net.InetAddress;

/** Numbers of the DNS protocol that the router knows, as IANA assigns them. */
final class Codes {
  static final int HEADER_BYTES = 12;

  static final int FLAG_RESPONSE = 0x8000;
  static final int FLAG_AUTHORITATIVE = 0x0400;
  static final int FLAG_TRUNCATED = 0x0200;
  static final int FLAG_RECURSION_DESIRED = 0x0100;

  static final int OPCODE_SHIFT = 11;
  static final int OPCODE_MASK = 0xF;
  static final int OPCODE_QUERY = 0;

  static final int TYPE_A = 1;
  static final int TYPE_NS = 2;
  static final int TYPE_SOA = 6;
  static final int TYPE_HINFO = 13;
  static final int TYPE_AAAA = 28;
  static final int TYPE_OPT = 41;
  static final int TYPE_DS = 43;
  static final int TYPE_ANY = 255;

  /**
   * Types from here up to below ANY ask for something other than records (RFC 6895 section 3.1).
   */
  static final int TYPE_META_FIRST = 128;

  static final int CLASS_IN = 1;

  static final int OPTION_CLIENT_SUBNET = 8;
  static final int OPTION_EXTENDED_ERROR = 15;

  /** Extended error: the server is not, or not yet, able to answer (RFC 8914 section 4.15). */
  static final int ERROR_NOT_READY = 14;

  private Codes() {}

  /** The type of the record that an address stands in. */
  static int addressType(InetAddress address) {
    return address instanceof Inet4Address ? TYPE_A : TYPE_AAAA;
  }
}
