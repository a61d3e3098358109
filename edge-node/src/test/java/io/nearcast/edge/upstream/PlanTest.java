package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.model.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In which order targets are asked. */
final class PlanTest {
  private static final Target MAIN = origin("main", 1001);
  private static final Target OTHER = origin("other", 1002);
  private static final Target SPARE = origin("spare", 1003);

  private Client client;

  @BeforeEach
  void start() {
    client = Client.start();
  }

  @AfterEach
  void stop() {
    client.close();
  }

  @Test
  void originsComeAsListedAndBackupsLast() {
    Service service = Client.service(SPARE, OTHER, MAIN);
    assertThat(names(service)).containsExactly("other", "main", "spare");
  }

  @Test
  void whatIsDownComesLastButComes() {
    Service service = Client.service(MAIN, OTHER, SPARE);
    turnDown(MAIN);
    assertThat(names(service)).containsExactly("other", "spare", "main");
    turnDown(OTHER);
    assertThat(names(service)).containsExactly("spare", "main", "other");
    state(MAIN).unchecked();
    assertThat(names(service)).containsExactly("main", "spare", "other");
    state(OTHER).unchecked();
    assertThat(names(service)).containsExactly("main", "other", "spare");
  }

  @Test
  void aSingleOriginIsAskedHoweverItIs() {
    Service service = Client.service(MAIN);
    turnDown(MAIN);
    assertThat(names(service)).containsExactly("main");
  }

  @Test
  void twoShieldsComeFirst() {
    client.upstreams.shields(List.of(shield("a"), shield("b"), shield("c")));
    Service service = Client.service(MAIN, SPARE);
    List<String> names = names(service);
    assertThat(names).hasSize(4).endsWith("main", "spare");
    assertThat(names.subList(0, 2)).isSubsetOf("a", "b", "c").doesNotHaveDuplicates();
    assertThat(client.upstreams.plan(service, 1).beginsAtShield()).isTrue();

    turnDown(shield(names.getFirst()));
    assertThat(names(service)).containsExactly(names.get(1), "main", "spare", names.getFirst());
    client.upstreams.shields(List.of());
    assertThat(client.upstreams.plan(service, 1).beginsAtShield()).isFalse();
  }

  @Test
  void objectsSpreadOverShieldsAndStayWhereTheyAre() {
    List<Target> ten = IntStream.range(0, 10).mapToObj(i -> shield("shield-" + i)).toList();
    List<TargetState> all = ten.stream().map(this::state).toList();
    List<TargetState> less = new ArrayList<>(all);
    TargetState gone = less.remove(4);
    Map<String, Integer> counts = new HashMap<>();
    int objects = 20_000;
    for (int i = 0; i < objects; i++) {
      long key = ("/path/" + i).hashCode();
      List<TargetState> two = Rendezvous.heaviest(all, key, 2);
      assertThat(two).hasSize(2).doesNotHaveDuplicates();
      counts.merge(two.getFirst().target().name(), 1, Integer::sum);
      TargetState after = Rendezvous.heaviest(less, key, 2).getFirst();
      // The second shield takes over from the first, and nothing else moves.
      assertThat(after).isSameAs(two.getFirst() == gone ? two.get(1) : two.getFirst());
    }
    assertThat(counts).hasSize(10);
    assertThat(counts.values()).allMatch(count -> count > 1_700 && count < 2_300);
  }

  @Test
  void aTargetThatWasDownIsTriedByOneRequestOnly() {
    TargetState state = state(MAIN);
    long now = 0;
    state.connectFailed(now);
    assertThat(state.up(now)).isFalse();
    assertThat(state.up(now + TargetState.DOWN_NANOS_MIN - 1)).isFalse();
    now += TargetState.DOWN_NANOS_MIN;
    assertThat(state.up(now)).isTrue();
    assertThat(state.up(now)).isFalse();
    for (int failures = 2; failures <= 100; failures++) {
      state.connectFailed(now);
    }
    assertThat(state.up(now + TargetState.DOWN_NANOS_MAX - 1)).isFalse();
    assertThat(state.up(now + TargetState.DOWN_NANOS_MAX)).isTrue();
    state.connected();
    assertThat(state.up(now)).isTrue();
    assertThat(state.up(now)).isTrue();
  }

  @Test
  void twoChecksInARowTurnATarget() {
    TargetState state = state(MAIN);
    assertThat(state.checked(false)).isFalse();
    assertThat(state.checked(true)).isFalse();
    assertThat(state.checked(false)).isFalse();
    assertThat(state.up(0)).isTrue();
    assertThat(state.checked(false)).isTrue();
    assertThat(state.up(0)).isFalse();
    assertThat(state.checked(true)).isFalse();
    assertThat(state.up(0)).isFalse();
    assertThat(state.checked(true)).isTrue();
    assertThat(state.up(0)).isTrue();
  }

  @Test
  void theShieldsOfAFleetAreThoseThatServe() {
    NodeStatus edge = node("e", NodeRole.EDGE, NodeState.SERVING, "127.0.0.1:1");
    NodeStatus down = node("a", NodeRole.SHIELD, NodeState.DOWN, "127.0.0.1:2");
    NodeStatus draining = node("b", NodeRole.SHIELD, NodeState.DRAINING, "127.0.0.1:3");
    NodeStatus serving = node("c", NodeRole.SHIELD, NodeState.SERVING, "[::1]:4");
    assertThat(Upstreams.shieldsOf(new Fleet(List.of(edge, down, draining, serving))))
        .containsExactly(new Target("c", true, false, "::1", 4));
    assertThat(Upstreams.shieldsOf(new Fleet(List.of(edge, down, draining))))
        .extracting(Target::name)
        .containsExactly("b");
    assertThat(Upstreams.shieldsOf(new Fleet(List.of(edge, down)))).isEmpty();
  }

  @Test
  void whatNobodyUsesIsForgotten() {
    client.upstreams.services(List.of(Client.service(MAIN, OTHER)));
    TargetState main = state(MAIN);
    TargetState other = state(OTHER);
    client.upstreams.services(List.of(Client.service(MAIN)));
    assertThat(state(MAIN)).isSameAs(main);
    assertThat(state(OTHER)).isNotSameAs(other);
  }

  private static NodeStatus node(String id, NodeRole role, NodeState state, String address) {
    return new NodeStatus(id, role, "pop", state, 0, address, List.of());
  }

  private List<String> names(Service service) {
    return client.upstreams.plan(service, 1).targets().stream().map(Target::name).toList();
  }

  private void turnDown(Target target) {
    for (int i = 0; i < TargetState.CHECKS_TO_TURN; i++) {
      state(target).checked(false);
    }
  }

  private TargetState state(Target target) {
    return client.upstreams.state(target);
  }

  private static Target origin(String name, int port) {
    return new Target(name, false, false, "127.0.0.1", port);
  }

  private static Target shield(String name) {
    return new Target(name, true, false, "127.0.0.1", 8090);
  }
}
