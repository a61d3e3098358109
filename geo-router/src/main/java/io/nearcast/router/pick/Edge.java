package io.nearcast.router.pick;

import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.launch.HostPort;
import io.nearcast.router.geo.Prefix;
import java.net.InetSocketAddress;

/**
 * An edge that clients can be sent to.
 *
 * @param id unique in the fleet
 * @param pop the PoP where it says it stands
 * @param address where it serves, resolved
 * @param reported how the control plane says it is
 * @param drained whether the feed says that it is to take no new clients
 */
public record Edge(
    String id, String pop, InetSocketAddress address, NodeState reported, boolean drained) {

  /** The address as {@code ADDR:PORT}, an IPv6 address in brackets. */
  public String hostPort() {
    return new HostPort(Prefix.format(address.getAddress()), address.getPort()).toString();
  }
}
