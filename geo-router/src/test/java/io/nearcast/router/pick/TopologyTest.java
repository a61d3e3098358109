package io.nearcast.router.pick;

import static io.nearcast.router.pick.World.threeEdges;
import static io.nearcast.router.pick.World.threePops;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.router.geo.Location;
import io.nearcast.router.geo.Point;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TopologyTest {

  @Test
  void onlyEdgesGetClients() {
    Topology topology =
        threeEdges()
            .node("shield-1", NodeRole.SHIELD, "fra", NodeState.SERVING, "192.0.2.9:80")
            .node("router-1", NodeRole.ROUTER, "fra", NodeState.SERVING, "192.0.2.9:53")
            .topology(null);

    assertThat(topology.edges())
        .extracting(Edge::id)
        .containsExactlyInAnyOrder("fra-1", "iad-1", "sin-1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0:80",
        "[::]:80",
        "edge.example:80",
        "192.0.2.1",
        "192.0.2.1:0",
        "192.0.2.1:65536",
        "192.0.2.1:x",
        "",
        ":80",
      })
  void anEdgeWithoutAUsableAddressGetsNone(String address) {
    assertThat(threePops().edge("fra-1", "fra", address).topology(null).edges()).isEmpty();
  }

  @Test
  void rankingsAreKeptWhileThePopsStay() {
    World world = threeEdges();
    Topology before = world.topology(null);
    Location somewhere = new Location.AtPoint(new Point(10, 10), null, false, 24);
    int[] ranking = before.ranking(somewhere);

    Topology after =
        before.next(world.reported("fra-1", NodeState.DOWN).state(), world.fleet(), null);
    assertThat(after.ranking(somewhere)).isSameAs(ranking);

    Topology moved = after.next(world.pop("fra", new Point(0, 0)).state(), world.fleet(), null);
    assertThat(moved.ranking(somewhere)).isNotSameAs(ranking);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-90, -89.9, -0.1, 0, 0.1, 89.9, 90})
  void everyPlaceHasARanking(double latitude) {
    Topology topology = threeEdges().topology(null);
    for (double longitude = -180; longitude <= 180; longitude += 0.25) {
      int[] ranking =
          topology.ranking(new Location.AtPoint(new Point(latitude, longitude), null, false, 24));
      int[] sorted = ranking.clone();
      Arrays.sort(sorted);
      assertThat(sorted).containsExactly(0, 1, 2);
    }
  }

  @Test
  void aPlaceIsRankedNearlyAsItIs() {
    Topology topology =
        new World()
            .pop("one", new Point(48.10, 11.5))
            .pop("two", new Point(48.10, 13.1))
            .edge("e-1", "one")
            .edge("e-2", "two")
            .topology(null);

    assertThat(topology.ranking(at(11.9))).containsExactly(0, 1);
    assertThat(topology.ranking(at(12.8))).containsExactly(1, 0);
  }

  private static Location at(double longitude) {
    return new Location.AtPoint(new Point(48.1, longitude), null, false, 24);
  }
}
