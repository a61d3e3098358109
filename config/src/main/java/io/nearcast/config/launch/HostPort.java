package io.nearcast.config.launch;

import java.net.InetSocketAddress;

/**
 * An address to listen on or to connect to, as people write it: {@code ADDR:PORT}, IPv6 addresses
 * in brackets.
 *
 * @param host a name or an IP address, without brackets
 * @param port 0 to 65535, 0 for any free one
 */
public record HostPort(String host, int port) {
  private static final String FORM =
      "is not ADDR:PORT: write an address and a port, as in 127.0.0.1:8080 or [::1]:8080";

  /**
   * Checks host and port.
   *
   * @throws IllegalArgumentException if the host is empty or the port out of range
   */
  public HostPort {
    if (host.isEmpty() || host.indexOf(' ') >= 0) {
      throw new IllegalArgumentException(FORM);
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("has a port out of 0 to 65535");
    }
  }

  /**
   * Reads {@code ADDR:PORT}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static HostPort parse(String text) {
    return parse(text, -1);
  }

  /**
   * Reads {@code ADDR[:PORT]}.
   *
   * @param portDefault the port where the text has none, or -1 where it must have one
   * @throws IllegalArgumentException if the text has another form
   */
  public static HostPort parse(String text, int portDefault) {
    boolean bracketed = text.startsWith("[");
    int end = bracketed ? text.indexOf(']') + 1 : colon(text);
    if (end <= 0 || (end < text.length() && text.charAt(end) != ':')) {
      throw new IllegalArgumentException(FORM);
    }
    String host = bracketed ? text.substring(1, end - 1) : text.substring(0, end);
    int port = end == text.length() ? portDefault : port(text.substring(end + 1));
    if (port < 0 || host.indexOf('[') >= 0 || (bracketed && host.indexOf(':') < 0)) {
      throw new IllegalArgumentException(FORM);
    }
    return new HostPort(host, port);
  }

  /** The address of a socket, its name or IP address as text. */
  public static HostPort of(InetSocketAddress address) {
    return new HostPort(address.getHostString(), address.getPort());
  }

  /**
   * The address for a socket.
   *
   * @throws StartFailure if the host is a name that cannot be resolved
   */
  public InetSocketAddress toSocketAddress() {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new StartFailure("cannot resolve the host of " + this + ": write its IP address");
    }
    return address;
  }

  /** {@code ADDR:PORT}, IPv6 addresses in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /** Where the only colon stands, the length where there is none, -1 where there are more. */
  private static int colon(String text) {
    int first = text.indexOf(':');
    return first < 0 ? text.length() : first == text.lastIndexOf(':') ? first : -1;
  }

  private static int port(String digits) {
    return digits.matches("[0-9]{1,9}") ? Integer.parseInt(digits) : -1;
  }
}
