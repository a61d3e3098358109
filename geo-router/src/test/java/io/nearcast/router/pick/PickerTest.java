package io.nearcast.router.pick;

import static io.nearcast.router.pick.World.BERLIN;
import static io.nearcast.router.pick.World.FRANKFURT;
import static io.nearcast.router.pick.World.SINGAPORE;
import static io.nearcast.router.pick.World.VIRGINIA;
import static io.nearcast.router.pick.World.at;
import static io.nearcast.router.pick.World.ids;
import static io.nearcast.router.pick.World.threeEdges;
import static io.nearcast.router.pick.World.threePops;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.fleet.NodeState;
import io.nearcast.router.geo.Location;
import io.nearcast.router.geo.Prefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class PickerTest {

  /** One row per rule: what the world is like, where the client is, who answers and why. */
  static Stream<Arguments> rules() {
    return Stream.of(
        row("the nearest PoP", threeEdges(), at(BERLIN), Outcome.NEAREST, "fra-1"),
        row("the nearest PoP", threeEdges(), at(VIRGINIA), Outcome.NEAREST, "iad-1"),
        row("the nearest PoP", threeEdges(), at(SINGAPORE), Outcome.NEAREST, "sin-1"),
        row(
            "the next PoP where the nearest is down",
            threeEdges().probed(Probed.DOWN, "fra-1"),
            at(BERLIN),
            Outcome.NEXT,
            "iad-1"),
        row(
            "the next but one where two are down",
            threeEdges().probed(Probed.DOWN, "fra-1", "iad-1"),
            at(BERLIN),
            Outcome.NEXT,
            "sin-1"),
        row(
            "the nearest where all are down",
            threeEdges().probed(Probed.DOWN, "fra-1", "iad-1", "sin-1"),
            at(BERLIN),
            Outcome.ALL_DOWN,
            "fra-1"),
        row(
            "a PoP without edges is passed over",
            threePops().edge("sin-1", "sin"),
            at(BERLIN),
            Outcome.NEXT,
            "sin-1"),
        row(
            "the next PoP where the edge is drained by the feed",
            threeEdges().drained("fra-1"),
            at(BERLIN),
            Outcome.NEXT,
            "iad-1"),
        row(
            "the next PoP where the edge says that it drains",
            threeEdges().reported("fra-1", NodeState.DRAINING),
            at(BERLIN),
            Outcome.NEXT,
            "iad-1"),
        row(
            "a draining edge rather than one that is down",
            threeEdges().probed(Probed.DOWN, "fra-1", "iad-1").drained("sin-1"),
            at(BERLIN),
            Outcome.DRAINING,
            "sin-1"),
        row(
            "the probe wins over a report that the edge is down",
            threeEdges().reported("fra-1", NodeState.DOWN).probed(Probed.UP, "fra-1"),
            at(BERLIN),
            Outcome.NEAREST,
            "fra-1"),
        row(
            "the report counts before the first probe",
            threeEdges().reported("fra-1", NodeState.DOWN),
            at(BERLIN),
            Outcome.NEXT,
            "iad-1"),
        row(
            "the probe wins over a report that all is well",
            threeEdges().probed(Probed.UP, "iad-1", "sin-1").probed(Probed.DOWN, "fra-1"),
            at(BERLIN),
            Outcome.NEXT,
            "iad-1"),
        row(
            "the map's PoP, wherever it is",
            threeEdges(),
            new Location.AtPop("sin", 24),
            Outcome.NEAREST,
            "sin-1"),
        row(
            "the nearest to the map's PoP where that is down",
            threeEdges().pop("ber", BERLIN).edge("ber-1", "ber").probed(Probed.DOWN, "fra-1"),
            new Location.AtPop("fra", 24),
            Outcome.NEXT,
            "ber-1"),
        row(
            "the first PoP by name for unknown places",
            threeEdges(),
            new Location.Unknown(0),
            Outcome.NEAREST,
            "fra-1"),
        row(
            "a PoP that nobody has defined comes last",
            threePops().edge("new-1", "ams").edge("sin-1", "sin"),
            at(BERLIN),
            Outcome.NEXT,
            "sin-1"),
        row(
            "a PoP that nobody has defined is better than none",
            threePops().edge("new-1", "ams"),
            at(BERLIN),
            Outcome.NEXT,
            "new-1"));
  }

  private static Arguments row(
      String rule, World world, Location location, Outcome outcome, String edge) {
    return Arguments.of(rule, world, location, outcome, edge);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void whoAnswers(String rule, World world, Location location, Outcome outcome, String edge) {
    Choice choice = world.pick(location);

    assertThat(ids(choice)).as(rule).containsExactly(edge);
    assertThat(choice.outcome()).as(rule).isEqualTo(outcome);
  }

  @Test
  void defaultPopIsForUnknownPlaces() {
    World world = threeEdges();
    Picker.Question question =
        new Picker.Question(
            Prefix.parse("192.0.2.1"), new Location.Unknown(0), Family.ANY, Breadth.PLACE);

    assertThat(ids(Picker.pick(question, world.topology("sin"), world, world, Trace.NONE)))
        .containsExactly("sin-1");
    assertThat(ids(Picker.pick(question, world.topology("gone"), world, world, Trace.NONE)))
        .containsExactly("fra-1");
  }

  @Test
  void withoutAnyEdgeThereIsNoChoice() {
    Choice choice = threePops().pick(at(BERLIN));

    assertThat(choice.site()).isNull();
    assertThat(choice.edges()).isEmpty();
    assertThat(choice.outcome()).isEqualTo(Outcome.NO_EDGE);
  }

  @Test
  void aFamilyIsServedByTheNearestPopThatHasIt() {
    World world =
        threePops()
            .edge("fra-4", "fra", "192.0.2.1:80")
            .edge("iad-6", "iad", "[2001:db8::1]:80")
            .edge("sin-4", "sin", "192.0.2.3:80");

    assertThat(ids(world.pick("192.0.2.0/24", at(VIRGINIA), Family.IPV4, Breadth.PLACE)))
        .containsExactly("fra-4");
    assertThat(ids(world.pick("192.0.2.0/24", at(BERLIN), Family.IPV6, Breadth.PLACE)))
        .containsExactly("iad-6");
    assertThat(ids(world.pick("192.0.2.0/24", at(BERLIN), Family.ANY, Breadth.PLACE)))
        .containsExactly("fra-4");
  }

  @Test
  void anAnswerNamesTwoEdgesOfThePop() {
    World world = threePops();
    for (int i = 1; i <= 5; i++) {
      world.edge("fra-" + i, "fra");
    }

    assertThat(ids(world.pick(at(BERLIN)))).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void aRankingNamesTheNextPopsToo() {
    World world = threeEdges().edge("iad-2", "iad").probed(Probed.DOWN, "iad-1");

    assertThat(ids(world.pick("192.0.2.0/24", at(BERLIN), Family.ANY, Breadth.RANKING)))
        .containsExactly("fra-1", "iad-2", "sin-1");
  }

  @Test
  void aRankingIsBounded() {
    World world = threePops();
    for (int i = 1; i <= 20; i++) {
      world.edge("fra-" + i, "fra").edge("iad-" + i, "iad");
    }

    assertThat(ids(world.pick("192.0.2.0/24", at(BERLIN), Family.ANY, Breadth.RANKING)))
        .hasSize(Breadth.RANKING.edgesMax())
        .allMatch(id -> id.startsWith("fra"));
  }

  @Test
  void scopeIsThatOfTheLocationWhereThereIsOneEdge() {
    assertThat(threeEdges().pick(new Location.AtPoint(BERLIN, "DE", true, 11)).scope())
        .isEqualTo(11);
    assertThat(threeEdges().pick(new Location.Unknown(0)).scope()).isZero();
  }

  @Test
  void scopeHasTheBitsThatAreSpreadOverSeveralEdges() {
    World world = threeEdges().edge("fra-2", "fra");

    assertThat(world.pick(new Location.AtPoint(BERLIN, "DE", true, 11)).scope()).isEqualTo(16);
    assertThat(world.pick(new Location.AtPoint(BERLIN, "DE", true, 20)).scope()).isEqualTo(20);
    assertThat(
            world.pick("2001:db8::/48", new Location.Unknown(3), Family.ANY, Breadth.PLACE).scope())
        .isEqualTo(32);
  }

  /** What the scope promises: every client that shares its bits gets the same answer. */
  @Test
  void clientsThatShareTheScopeGetTheSame() {
    World world = threePops();
    for (int i = 1; i <= 7; i++) {
      world.edge("fra-" + i, "fra");
    }
    Location location = new Location.AtPoint(BERLIN, "DE", true, 18);
    Choice choice = world.pick("20.1.64.0/24", location, Family.ANY, Breadth.PLACE);

    assertThat(choice.scope()).isEqualTo(18);
    for (int i = 64; i < 128; i++) {
      assertThat(world.pick("20.1." + i + ".0/24", location, Family.ANY, Breadth.PLACE))
          .isEqualTo(choice);
    }
  }

  @Test
  void networksAreSpreadEvenly() {
    Map<String, Integer> counts = new HashMap<>();
    World world = threePops();
    for (int i = 1; i <= 5; i++) {
      world.edge("fra-" + i, "fra");
    }
    networks(5_000)
        .forEach(network ->
            counts.merge(
                ids(world.pick(network, at(BERLIN), Family.ANY, Breadth.PLACE)).getFirst(),
                1,
                Integer::sum));

    assertThat(counts).hasSize(5);
    assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(880, 1_120));
  }

  @Test
  void whenAnEdgeGoesOnlyItsClientsMove() {
    World all = threePops();
    World fewer = threePops();
    for (int i = 1; i <= 5; i++) {
      all.edge("fra-" + i, "fra");
      fewer.edge("fra-" + i, "fra");
    }
    fewer.probed(Probed.DOWN, "fra-3");

    for (String network : networks(1_000)) {
      String before = ids(all.pick(network, at(BERLIN), Family.ANY, Breadth.PLACE)).getFirst();
      String after = ids(fewer.pick(network, at(BERLIN), Family.ANY, Breadth.PLACE)).getFirst();
      if (before.equals("fra-3")) {
        assertThat(after).isNotEqualTo("fra-3");
      } else {
        assertThat(after).isEqualTo(before);
      }
    }
  }

  private static List<String> networks(int count) {
    return new Random(7)
        .ints(count)
        .mapToObj(bits -> new Prefix(true, (long) bits << 32, 0, 24).toString())
        .toList();
  }

  @Test
  void anEdgeAboveItsShareIsPassedOver() {
    World world = threePops().edge("fra-1", "fra").edge("fra-2", "fra");
    String favourite = ids(world.pick(at(FRANKFURT))).getFirst();
    String other = favourite.equals("fra-1") ? "fra-2" : "fra-1";

    // 1.25 times the mean of both, which is 2,000 and something.
    world.load(favourite, 2_600).load(other, 1_400);
    assertThat(ids(world.pick(at(FRANKFURT))).getFirst()).isEqualTo(other);

    world.load(favourite, 2_400).load(other, 1_600);
    assertThat(ids(world.pick(at(FRANKFURT))).getFirst()).isEqualTo(favourite);
  }

  @Test
  void smallLoadsAreNotCompared() {
    World world = threePops().edge("fra-1", "fra").edge("fra-2", "fra");
    String favourite = ids(world.pick(at(FRANKFURT))).getFirst();

    assertThat(ids(world.load(favourite, Picker.LOAD_FLOOR - 1).pick(at(FRANKFURT))).getFirst())
        .isEqualTo(favourite);
  }

  @Test
  void anEdgeThatHasJustComeBackTakesLess() {
    World world = threePops().edge("fra-1", "fra").edge("fra-2", "fra");
    String favourite = ids(world.pick(at(FRANKFURT))).getFirst();
    world.share(favourite, 0.1).load(favourite, Picker.LOAD_FLOOR / 10);

    assertThat(ids(world.pick(at(FRANKFURT))).getFirst()).isNotEqualTo(favourite);
  }

  @Test
  void theOnlyEdgeTakesAllLoad() {
    World world = threeEdges().load("fra-1", Long.MAX_VALUE / 2).share("fra-1", 0.1);

    assertThat(ids(world.pick(at(BERLIN)))).containsExactly("fra-1");
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void neverEmptyWhileThereIsAnEdgeOfTheFamily(Family family) {
    Random random = new Random(11);
    for (int round = 0; round < 2_000; round++) {
      World world = threePops();
      for (int i = 0; i < 1 + random.nextInt(6); i++) {
        String id = "edge-" + i;
        world
            .edge(
                id,
                one(random, "fra", "iad", "sin", "new"),
                random.nextBoolean() ? "192.0.2.1:80" : "[2001:db8::1]:80")
            .reported(id, one(random, NodeState.values()))
            .probed(one(random, Probed.values()), id)
            .load(id, random.nextInt(10_000));
        if (random.nextInt(4) == 0) {
          world.drained(id);
        }
      }
      boolean any =
          world.topology(null).edges().stream().anyMatch(edge -> family.has(edge.address()));
      Choice choice = world.pick("192.0.2.0/24", at(BERLIN), family, Breadth.PLACE);

      assertThat(choice.edges().isEmpty()).isEqualTo(!any);
      assertThat(choice.edges())
          .allSatisfy(edge -> {
            assertThat(family.has(edge.address())).isTrue();
            assertThat(edge.pop()).isEqualTo(choice.site().name());
          });
    }
  }

  @SafeVarargs
  private static <T> T one(Random random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
