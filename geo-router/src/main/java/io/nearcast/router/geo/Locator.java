package io.nearcast.router.geo;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where an address is: the CIDR map first, then the databases in their order.
 *
 * <p>The databases are asked for the first 24 (IPv4) or 56 (IPv6) bits only, as no client subnet
 * should be longer (RFC 7871 section 11.1); what they said is kept for the networks asked last, one
 * in each of a fixed number of slots. The map is asked for all bits.
 *
 * <p>Any thread. Maps and databases never change: a new file makes a new locator.
 */
public final class Locator {
  /** The most bits of an IPv4 address that databases decide by. */
  public static final int IPV4_BITS_MAX = 24;

  /** The most bits of an IPv6 address that databases decide by. */
  public static final int IPV6_BITS_MAX = 56;

  private static final int SLOTS = 1 << 16;

  private final CidrMap map;
  private final List<Mmdb> databases;
  private final AtomicReferenceArray<@Nullable Kept> kept = new AtomicReferenceArray<>(SLOTS);

  private record Kept(Prefix network, Location location) {}

  /**
   * @param map the operator's networks
   * @param databases in the order in which they count
   */
  public Locator(CidrMap map, List<Mmdb> databases) {
    this.map = map;
    this.databases = List.copyOf(databases);
  }

  /** The most bits of an address of this family that databases decide by: 24 or 56. */
  public static int bitsMax(boolean ipv4) {
    return ipv4 ? IPV4_BITS_MAX : IPV6_BITS_MAX;
  }

  /**
   * Where a client is.
   *
   * @param client its address, or the part of it that is known
   * @param knownPop whether there is a PoP of this name; entries of the map that name others do not
   *     count
   */
  public Location locate(Prefix client, Predicate<String> knownPop) {
    CidrMap.Match match = map.find(client);
    // More bits than were given cannot have decided, but a resolver may be told to give up to 24.
    int uniform = Math.min(match.uniform(), Math.max(client.length(), bitsMax(client.ipv4())));
    if (match.pop() != null && knownPop.test(match.pop())) {
      return new Location.AtPop(match.pop(), uniform);
    }
    if (databases.isEmpty()) {
      return new Location.Unknown(uniform);
    }
    return switch (inDatabases(client)) {
      case Location.AtPoint(Point point, String country, boolean centroid, int bits) ->
          new Location.AtPoint(point, country, centroid, Math.max(bits, uniform));
      case Location other -> new Location.Unknown(Math.max(other.uniform(), uniform));
    };
  }

  /** The PoP that the map names for the client, whether there is such a PoP or not. */
  public @Nullable String mapped(Prefix client) {
    return map.find(client).pop();
  }

  private Location inDatabases(Prefix client) {
    Prefix network = client.truncatedTo(bitsMax(client.ipv4()));
    int slot = slot(network);
    Kept before = kept.get(slot);
    if (before != null && before.network().equals(network)) {
      return before.location();
    }
    Location location = search(network);
    kept.set(slot, new Kept(network, location));
    return location;
  }

  private Location search(Prefix network) {
    int cap = bitsMax(network.ipv4());
    int uniform = 0;
    for (Mmdb database : databases) {
      Mmdb.Match match = database.find(network);
      uniform = Math.max(uniform, Math.min(match.uniform(), cap));
      if (match.point() != null) {
        return new Location.AtPoint(match.point(), match.country(), match.centroid(), uniform);
      }
    }
    return new Location.Unknown(uniform);
  }

  private static int slot(Prefix network) {
    long mixed = (network.high() ^ network.length()) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 48) & (SLOTS - 1);
  }
}
