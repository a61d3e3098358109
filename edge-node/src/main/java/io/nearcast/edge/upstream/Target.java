package io.nearcast.edge.upstream;

import io.nearcast.config.model.Origin;

/**
 * Where a request can be sent: a shield or an origin.
 *
 * <p>Two targets that are equal share their connections and what is known of their health.
 *
 * @param name what logs, metrics and {@code Cache-Status} call it: a node's id or an origin's name
 * @param shield whether it is a tier of this CDN, so that {@code Nearcast-*} fields are sent to it
 * @param secure whether it is reached through TLS
 * @param host its name or address, an IPv6 address without brackets
 * @param port its TCP port, 1 to 65535
 */
public record Target(String name, boolean shield, boolean secure, String host, int port) {

  /**
   * Checks host and port, and takes the brackets off an IPv6 address.
   *
   * @throws IllegalArgumentException if the host is empty or the port is out of range
   */
  public Target {
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty()) {
      throw new IllegalArgumentException("target " + name + " has no host");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("target " + name + " has port " + port);
    }
  }

  /** The target that an origin of a service is. */
  public static Target of(Origin origin) {
    return new Target(origin.name(), false, origin.secure(), origin.url().getHost(), origin.port());
  }

  /** Host and port as in a URL, for people. */
  public String address() {
    return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + port;
  }
}
