package io.nearcast.router.geo;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An IP network: an address of which only the first bits count. A single address is a network of
 * its full length.
 *
 * <p>The bits stand at the left of {@code high}, then {@code low}, for both families; those beyond
 * the length are zero. IPv4-mapped IPv6 addresses (RFC 4291 section 2.5.5.2) become IPv4.
 *
 * @param ipv4 whether it is IPv4, else IPv6
 * @param high the first 64 bits
 * @param low the last 64 bits, zero for IPv4
 * @param length how many bits count: 0 to 32 or 0 to 128
 */
public record Prefix(boolean ipv4, long high, long low, int length) {
  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;
  private static final long MAPPED_LOW_HEAD = 0xFFFFL;

  /**
   * Clears the bits beyond the length.
   *
   * @throws IllegalArgumentException if the length does not fit the family
   */
  public Prefix {
    int bits = ipv4 ? IPV4_BITS : IPV6_BITS;
    if (length < 0 || length > bits) {
      throw new IllegalArgumentException("prefix length must be from 0 to " + bits);
    }
    high &= mask(length);
    low = ipv4 ? 0 : low & mask(length - 64);
  }

  /** The network of one address. */
  public static Prefix of(InetAddress address) {
    byte[] bytes = address.getAddress();
    return ofBytes(bytes, bytes.length * 8);
  }

  /**
   * The network of the first bits of an address.
   *
   * @param address 4 or 16 bytes
   * @param length 0 to 32 or 0 to 128
   */
  public static Prefix ofBytes(byte[] address, int length) {
    ByteBuffer buffer = ByteBuffer.wrap(address);
    if (address.length == 4) {
      return new Prefix(true, (long) buffer.getInt() << 32, 0, length);
    }
    long high = buffer.getLong();
    long low = buffer.getLong();
    if (high == 0 && low >>> 32 == MAPPED_LOW_HEAD && length >= 96) {
      return new Prefix(true, low << 32, 0, length - 96);
    }
    return new Prefix(false, high, low, length);
  }

  /**
   * Reads {@code 192.0.2.0/24}, {@code 2001:db8::/32} or a plain address.
   *
   * @throws IllegalArgumentException if the text is something else, with what to write instead
   */
  public static Prefix parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = parseAddress(slash < 0 ? text : text.substring(0, slash));
    byte[] bytes = address.getAddress();
    int bits = bytes.length * 8;
    if (slash < 0) {
      return ofBytes(bytes, bits);
    }
    int length = number(text.substring(slash + 1));
    if (length < 0 || length > bits) {
      throw new IllegalArgumentException(
          "\"" + text + "\": write a prefix length from 0 to " + bits + " after the slash");
    }
    return ofBytes(bytes, length);
  }

  /**
   * Reads an IP address without ever asking a name server.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static InetAddress parseAddress(String text) {
    try {
      if (text.indexOf(':') < 0) {
        return Inet4Address.ofLiteral(strictIpv4(text));
      }
      if (text.indexOf('%') < 0 && text.indexOf('[') < 0) {
        return InetAddress.ofLiteral(text);
      }
    } catch (IllegalArgumentException e) {
      throw notAnAddress(text, e);
    }
    throw notAnAddress(text, null);
  }

  private static IllegalArgumentException notAnAddress(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "\"" + text + "\" is not an IP address: write one such as 192.0.2.1 or 2001:db8::1", cause);
  }

  /** Four decimal numbers without leading zeros, as octal and short forms surprise people. */
  private static String strictIpv4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("four numbers are needed");
    }
    for (String part : parts) {
      int value = number(part);
      if (value < 0 || value > 255) {
        throw new IllegalArgumentException("0 to 255 are possible");
      }
    }
    return text;
  }

  /** The number that up to three digits stand for, -1 for anything else. */
  private static int number(String digits) {
    if (digits.isEmpty()
        || digits.length() > 3
        || (digits.length() > 1 && digits.charAt(0) == '0')) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** An address as text, IPv6 in its short form (RFC 5952). */
  public static String format(InetAddress address) {
    return NetUtil.toAddressString(address);
  }

  /** How many bits an address of the family has: 32 or 128. */
  public int bits() {
    return ipv4 ? IPV4_BITS : IPV6_BITS;
  }

  /** The bit at a place, counted from 0 at the left. */
  public int bit(int index) {
    long word = index < 64 ? high : low;
    return (int) (word >>> (63 - (index & 63))) & 1;
  }

  /** The network of its first bits; itself where it is no longer than that. */
  public Prefix truncatedTo(int maxLength) {
    return length <= maxLength ? this : new Prefix(ipv4, high, low, maxLength);
  }

  /** The network with the same bits and another length; added bits are zero. */
  public Prefix withLength(int newLength) {
    return new Prefix(ipv4, high, low, newLength);
  }

  /** Whether the other network lies within this one. */
  public boolean contains(Prefix other) {
    return other.ipv4 == ipv4
        && other.length >= length
        && (other.high & mask(length)) == high
        && (ipv4 || (other.low & mask(length - 64)) == low);
  }

  /** The first address of the network. */
  public InetAddress address() {
    try {
      if (ipv4) {
        return InetAddress.getByAddress(ByteBuffer.allocate(4).putInt((int) (high >>> 32)).array());
      }
      byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
      return Inet6Address.getByAddress(null, bytes, -1);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
  }

  /** Address, slash, length. */
  @Override
  public String toString() {
    return format(address()) + "/" + length;
  }

  /** A word whose first bits are ones; lengths outside 0 to 64 count as the nearest of them. */
  private static long mask(int length) {
    if (length <= 0) {
      return 0;
    }
    return length >= 64 ? -1L : -1L << (64 - length);
  }
}
