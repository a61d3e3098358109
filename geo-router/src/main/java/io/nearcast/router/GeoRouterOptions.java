package io.nearcast.router;

import io.nearcast.config.model.Names;
import io.nearcast.router.geo.Prefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a geo router is started with.
 *
 * @param id its name in the fleet, and its name server's name in every zone
 * @param controlPlanes where to follow the feed, at least one, in the order of preference
 * @param token gives the node's token for each request
 * @param data an existing directory of this process alone
 * @param dns where to answer DNS, UDP and TCP; port 0 for any that is free
 * @param http where to answer HTTP; port 0 for any that is free
 * @param admin where to answer about itself; port 0 for any that is free
 * @param advertise the address that name servers' records have; null for that of {@code dns}, if it
 *     is one that clients can use
 * @param mmdb databases in MaxMind's format, in the order in which they count
 * @param cidrMap the operator's own map, null for none
 * @param defaultPop the PoP for clients of unknown location; null for the first by name
 * @param trustedProxies whose word on forwarded addresses counts
 */
public record GeoRouterOptions(
    String id,
    List<URI> controlPlanes,
    Supplier<String> token,
    Path data,
    InetSocketAddress dns,
    InetSocketAddress http,
    InetSocketAddress admin,
    @Nullable InetAddress advertise,
    List<Path> mmdb,
    @Nullable Path cidrMap,
    @Nullable String defaultPop,
    List<Prefix> trustedProxies) {

  /**
   * Checks the names and copies the lists.
   *
   * @throws io.nearcast.config.model.InvalidField if a name cannot be
   */
  public GeoRouterOptions {
    Names.checkName("--id", id);
    if (defaultPop != null) {
      Names.checkName("--default-pop", defaultPop);
    }
    controlPlanes = List.copyOf(controlPlanes);
    mmdb = List.copyOf(mmdb);
    trustedProxies = List.copyOf(trustedProxies);
  }
}
