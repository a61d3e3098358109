package io.nearcast.loadtest.load;

import java.net.InetSocketAddress;

/**
 * Where requests go.
 *
 * @param address the edge's
 * @param host what the requests name as {@code Host}, as the service's domain
 */
public record Target(InetSocketAddress address, String host) {
  @Override
  public String toString() {
    return "http://" + address.getHostString() + ":" + address.getPort() + " (Host: " + host + ")";
  }
}
