package io.nearcast.router.dns;

import io.nearcast.router.geo.Prefix;
import io.netty.buffer.ByteBuf;

/**
 * The client subnet option of a query (RFC 7871 section 6).
 *
 * @param family 1 for IPv4, 2 for IPv6, 0 where the client says nothing (as {@code dig +subnet=0}
 *     does)
 * @param network the address's bits that the query has; of length 0 where the client does not want
 *     them used
 */
record ClientSubnet(int family, Prefix network) {
  private static final int FIXED_BYTES = 4;

  /**
   * Reads the option.
   *
   * @param option exactly its data
   * @throws MalformedMessage if it is not formed as section 6 says: as many octets of the address
   *     as its length needs, zero bits beyond it, scope 0
   */
  static ClientSubnet read(ByteBuf option) throws MalformedMessage {
    if (option.readableBytes() < FIXED_BYTES) {
      throw new MalformedMessage();
    }
    int family = option.readUnsignedShort();
    int source = option.readUnsignedByte();
    int scope = option.readUnsignedByte();
    int bits = bits(family);
    if (scope != 0 || source > bits || option.readableBytes() != (source + 7) / 8) {
      throw new MalformedMessage();
    }
    byte[] address = new byte[16];
    option.readBytes(address, 0, option.readableBytes());
    long high = word(address, 0);
    long low = word(address, 8);
    Prefix network = new Prefix(family != 2, high, low, source);
    if (network.high() != high || network.low() != low) {
      throw new MalformedMessage();
    }
    return new ClientSubnet(family, network);
  }

  private static int bits(int family) throws MalformedMessage {
    return switch (family) {
      case 0 -> 0;
      case 1 -> 32;
      case 2 -> 128;
      default -> throw new MalformedMessage();
    };
  }

  private static long word(byte[] bytes, int from) {
    long word = 0;
    for (int i = from; i < from + 8; i++) {
      word = (word << 8) | (bytes[i] & 0xFF);
    }
    return word;
  }

  /** Whether the client lets its address be used, and says it. */
  boolean isUsable() {
    return network.length() > 0;
  }

  /** How many octets the option's data takes. */
  int bytes() {
    return FIXED_BYTES + (network.length() + 7) / 8;
  }

  /** Writes the option's data into a response: what the query had, and the scope. */
  void write(ByteBuf out, int scope) {
    out.writeShort(family).writeByte(network.length()).writeByte(scope);
    for (int i = 0; i < (network.length() + 7) / 8; i++) {
      long word = i < 8 ? network.high() : network.low();
      out.writeByte((int) (word >>> (56 - 8 * (i & 7))));
    }
  }
}
