package io.nearcast.router.zone;

import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.router.net.NodeAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The zones that the router answers for: each domain of each service is one. In each of them are
 * the domain itself, {@code {node}.{domain}} for every edge, and for every router, as these are the
 * zone's name servers.
 *
 * <p>Immutable.
 */
public final class Zones {
  /** The most name servers that a zone lists: what fits a datagram, as for the root. */
  public static final int NAME_SERVERS_MAX = 13;

  /** Nothing is known yet. */
  public static final Zones EMPTY =
      new Zones(new Domains("", 0, Map.of(), Set.of()), List.of(), Map.of());

  private final Domains domains;
  private final List<NameServer> nameServers;
  private final Map<String, Optional<InetAddress>> nodes;

  /**
   * What the feed alone decides.
   *
   * @param log the identity of the log
   * @param sequence the last entry of it that counts
   * @param services the services by their domains
   * @param hollow the domains, and all names above them
   */
  private record Domains(
      String log, long sequence, Map<WireName, String> services, Set<WireName> hollow) {

    static Domains of(FeedState state) {
      Map<WireName, String> services = new HashMap<>();
      Set<WireName> hollow = new HashSet<>();
      state
          .services()
          .forEach((name, active) -> {
            for (String text : active.service().domains()) {
              WireName domain = WireName.of(text);
              services.merge(domain, name, Zones::firstByName);
              for (WireName above = domain; !above.isRoot(); above = above.parent()) {
                hollow.add(above);
              }
            }
          });
      return new Domains(state.log(), state.sequence(), services, hollow);
    }

    boolean isOf(FeedState state) {
      return log.equals(state.log()) && sequence == state.sequence();
    }
  }

  private Zones(
      Domains domains, List<NameServer> nameServers, Map<String, Optional<InetAddress>> nodes) {
    this.domains = domains;
    this.nameServers = List.copyOf(nameServers);
    this.nodes = Map.copyOf(nodes);
  }

  /**
   * The zones that follow these. The domains are read again only where the feed has moved, as the
   * fleet changes far more often.
   *
   * @param self this router, which is a name server even before the fleet knows it
   */
  public Zones next(FeedState state, Fleet fleet, NameServer self) {
    Map<String, Optional<InetAddress>> addresses = new HashMap<>();
    TreeMap<String, NameServer> servers = new TreeMap<>();
    for (NodeStatus node : fleet.nodes()) {
      if (node.role() == NodeRole.SHIELD || !isLabel(node.id())) {
        continue;
      }
      Optional<InetAddress> address =
          NodeAddress.usable(node.address()).map(InetSocketAddress::getAddress);
      addresses.put(node.id(), address);
      if (node.role() == NodeRole.ROUTER) {
        servers.put(node.id(), new NameServer(node.id(), address.orElse(null)));
      }
    }
    addresses.put(self.id(), Optional.ofNullable(self.address()));
    servers.put(self.id(), self);
    return new Zones(
        domains.isOf(state) ? domains : Domains.of(state),
        servers.values().stream().limit(NAME_SERVERS_MAX).toList(),
        addresses);
  }

  /** Whether a node's id can be a label of a name, as those that the control plane admits can. */
  private static boolean isLabel(String id) {
    return !id.isEmpty()
        && id.length() <= WireName.LABEL_MAX
        && id.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }

  /** The control plane lets no two services share a domain; should they, the choice is stable. */
  private static String firstByName(String one, String other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  /** What a name is. */
  public Place find(WireName name) {
    if (domains.services().containsKey(name)) {
      return new Place.Apex(name, 0);
    }
    return below(name);
  }

  /**
   * What a name is in the zone above it, which answers for DS records (RFC 4035 section 3.1.4.1):
   * as {@link #find}, but never the apex.
   */
  public Place below(WireName name) {
    if (name.isRoot()) {
      return new Place.Outside();
    }
    int offset = name.firstLength();
    for (WireName zone = name.parent(); ; zone = zone.parent()) {
      if (domains.services().containsKey(zone)) {
        return inside(name, zone, offset);
      }
      if (zone.isRoot()) {
        return new Place.Outside();
      }
      offset += zone.firstLength();
    }
  }

  private Place inside(WireName name, WireName zone, int offset) {
    if (offset == name.firstLength() && nodes.containsKey(name.first())) {
      return new Place.Child(zone, offset, name.first());
    }
    return domains.hollow().contains(name)
        ? new Place.Hollow(zone, offset)
        : new Place.Absent(zone, offset);
  }

  /** Whether a domain of a service is meant, whatever its case. */
  public boolean isService(String domain) {
    return service(domain) != null;
  }

  /** The name of the service that has the domain, whatever its case; null for none. */
  public @Nullable String service(String domain) {
    try {
      return domains.services().get(WireName.of(domain));
    } catch (IllegalArgumentException _) {
      // What is no host name is no domain of a service either.
      return null;
    }
  }

  /** The address of a node, empty where there is none that clients could use. */
  public Optional<InetAddress> node(String id) {
    return nodes.getOrDefault(id, Optional.empty());
  }

  /** The name servers of every zone, by their ids, at least one. */
  public List<NameServer> nameServers() {
    return nameServers;
  }

  /** The serial number of every zone: the feed's sequence (RFC 1982: 32 bits of it count). */
  public long serial() {
    return domains.sequence() & 0xFFFF_FFFFL;
  }
}
