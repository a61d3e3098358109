package io.nearcast.router.net;

import io.nearcast.router.geo.Prefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** The addresses that nodes report. */
public final class NodeAddress {
  private static final int PORT_MAX = 65_535;

  private NodeAddress() {}

  /**
   * Reads {@code ADDR:PORT}, an IPv6 address in brackets.
   *
   * @return empty where it is none that a client could be sent to: a host name, or an address that
   *     stands for all addresses
   */
  public static Optional<InetSocketAddress> usable(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      int port = Integer.parseInt(text, colon + 1, text.length(), 10);
      InetAddress address = Prefix.parseAddress(host);
      return address.isAnyLocalAddress() || port < 1 || port > PORT_MAX
          ? Optional.empty()
          : Optional.of(new InetSocketAddress(address, port));
    } catch (IllegalArgumentException _) {
      // What a node reports is not ours to refuse: it is shown as having no usable address.
      return Optional.empty();
    }
  }
}
