package io.nearcast.router.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.Service;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ZonesTest {
  private static final InetAddress SELF = InetAddress.ofLiteral("192.0.2.53");

  private final Zones zones =
      zones(
          List.of("www.shop.example", "shop.example", "a.b.c.shop.example", "other.test"),
          node("fra-1", NodeRole.EDGE, "192.0.2.1:8080"),
          node("www", NodeRole.EDGE, "192.0.2.2:8080"),
          node("shield-1", NodeRole.SHIELD, "192.0.2.3:8080"),
          node("router-2", NodeRole.ROUTER, "0.0.0.0:8053"));

  private static Zones zones(List<String> domains, NodeStatus... nodes) {
    Origin origin = new Origin("main", URI.create("http://127.0.0.1:1"), false, null);
    Map<String, FeedState.ActiveService> services = new HashMap<>();
    for (int i = 0; i < domains.size(); i++) {
      Service service =
          new Service(
              "service-" + i,
              List.of(domains.get(i)),
              List.of(origin),
              CachePolicy.DEFAULT,
              PurgePolicy.DEFAULT,
              List.of());
      services.put(service.name(), new FeedState.ActiveService(1, service));
    }
    return Zones.EMPTY.next(
        new FeedState("log", 0x1_0000_0007L, services, Map.of(), Set.of(), null),
        new Fleet(List.of(nodes)),
        new NameServer("router-1", SELF));
  }

  private static NodeStatus node(String id, NodeRole role, String address) {
    return new NodeStatus(id, role, "fra", NodeState.SERVING, 1, address, List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "www.shop.example, Apex, www.shop.example., 0",
    "shop.example, Apex, shop.example., 0",
    "fra-1.www.shop.example, Child, www.shop.example., 6",
    "fra-1.shop.example, Child, shop.example., 6",
    "router-1.shop.example, Child, shop.example., 9",
    "router-2.shop.example, Child, shop.example., 9",
    "shield-1.shop.example, Absent, shop.example., 9",
    "x.shop.example, Absent, shop.example., 2",
    "x.fra-1.shop.example, Absent, shop.example., 8",
    "b.c.shop.example, Hollow, shop.example., 4",
    "c.shop.example, Hollow, shop.example., 2",
    "fra-1.c.shop.example, Absent, shop.example., 8",
    "a.b.c.shop.example, Apex, a.b.c.shop.example., 0",
    "fra-1.other.test, Child, other.test., 6",
  })
  void whatANameIs(String name, String kind, String zone, int offset) {
    Place place = zones.find(WireName.of(name));

    assertThat(place.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(place)
        .isInstanceOfSatisfying(
            Place.Inside.class,
            inside -> {
              assertThat(inside.zone()).hasToString(zone);
              assertThat(inside.zoneOffset()).isEqualTo(offset);
            });
  }

  @ParameterizedTest
  @CsvSource({"''", "example", "test", "shop.example.com", "xshop.example", "example.shop"})
  void otherNamesAreOutside(String name) {
    assertThat(zones.find(WireName.of(name))).isInstanceOf(Place.Outside.class);
  }

  /** The bytes of one label may look like two. */
  @Test
  void aDotWithinALabelSeparatesNothing() {
    assertThat(zones.find(new WireName("\u0010www.shop.example\0")))
        .isInstanceOf(Place.Outside.class);
    assertThat(zones.find(new WireName("\u000cshop.example\0"))).isInstanceOf(Place.Outside.class);
  }

  @Test
  void theZoneAboveAnswersForAZone() {
    assertThat(zones.below(WireName.of("a.b.c.shop.example")))
        .isEqualTo(new Place.Hollow(WireName.of("shop.example"), 6));
    assertThat(zones.below(WireName.of("www.shop.example")))
        .isEqualTo(new Place.Child(WireName.of("shop.example"), 4, "www"));
    assertThat(zones.below(WireName.of("other.test"))).isInstanceOf(Place.Outside.class);
    assertThat(zones.below(WireName.ROOT)).isInstanceOf(Place.Outside.class);
  }

  @Test
  void allRoutersAreNameServers() {
    assertThat(zones.nameServers())
        .containsExactly(new NameServer("router-1", SELF), new NameServer("router-2", null));
    assertThat(zones.node("router-1")).contains(SELF);
    assertThat(zones.node("router-2")).isEmpty();
    assertThat(zones.node("fra-1")).contains(InetAddress.ofLiteral("192.0.2.1"));
  }

  @Test
  void nameServersAreAsManyAsFit() {
    List<NodeStatus> routers = new ArrayList<>();
    for (int i = 10; i < 40; i++) {
      routers.add(node("r-" + i, NodeRole.ROUTER, "192.0.2." + i + ":53"));
    }

    assertThat(zones(List.of("a.test"), routers.toArray(NodeStatus[]::new)).nameServers())
        .hasSize(Zones.NAME_SERVERS_MAX);
  }

  @Test
  void serialIs32BitsOfTheSequence() {
    assertThat(zones.serial()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({
    "www.shop.example, service-0",
    "WWW.Shop.Example, service-0",
    "fra-1.www.shop.example,",
    "'',",
    "a..b,",
    "192.0.2.1,",
  })
  void hostsBelongToServices(String host, String service) {
    assertThat(zones.service(host)).isEqualTo(service);
  }

  @Test
  void namesHaveLabelsOf63AtMost() {
    assertThatThrownBy(() -> WireName.of("a".repeat(64) + ".test"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(WireName.of("a".repeat(63) + ".test").first()).hasSize(63);
  }
}
