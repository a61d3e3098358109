package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Names and what they stand for. */
final class AddressesTest {
  private static final String HI =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi";

  @BeforeAll
  static void watch() {
    Client.watchLeaks();
  }

  @AfterAll
  static void check() {
    Client.checkLeaks();
  }

  @Test
  void aNameIsLookedUpOnceForItsTtl() throws Exception {
    try (NameServer names = NameServer.start(300, "127.0.0.1");
        RawOrigin origin = RawOrigin.answering(HI);
        Client client = Client.asking(names.address())) {
      UpstreamPlan plan = client.plan(named("origin.example", origin));
      for (int i = 0; i < 3; i++) {
        assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      }
      assertThat(origin.accepted()).isEqualTo(3);
      assertThat(names.queries()).isEqualTo(1);
    }
  }

  @Test
  void anAddressThatRefusesIsPassedOver() throws Exception {
    try (NameServer names = NameServer.start(300, "127.0.0.2", "127.0.0.1", "127.0.0.3");
        RawOrigin origin = RawOrigin.answering(HI);
        Client client = Client.asking(names.address())) {
      UpstreamPlan plan = client.plan(named("origin.example", origin));
      for (int i = 0; i < 3; i++) {
        assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      }
    }
  }

  @Test
  void aNameThatIsNotThere() throws Exception {
    try (NameServer names = NameServer.start(300);
        RawOrigin origin = RawOrigin.answering(HI);
        Client client = Client.asking(names.address())) {
      Recorder recorder =
          client.send(client.plan(named("absent.example", origin)), Client.get("/"));
      assertThat(recorder.outcome()).isEqualTo("could not connect");
      assertThat(recorder.failure.join().detail()).contains("cannot resolve absent.example");
      UpstreamPlan both = client.plan(named("absent.example", origin), origin.target("other"));
      assertThat(client.send(both, Client.get("/")).outcome()).isEqualTo("200 hi");
    }
  }

  @Test
  void theLastAddressesServeWhileNoNameServerAnswers() throws Exception {
    try (NameServer names = NameServer.start(0, "127.0.0.1");
        RawOrigin origin = RawOrigin.answering(HI);
        Client client = Client.asking(names.address())) {
      UpstreamPlan plan = client.plan(named("origin.example", origin));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      names.fallSilent();
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      assertThat(names.queries()).isEqualTo(1);
    }
  }

  @Test
  void aNameThatIsTakenAwayIsNotUsedAnyMore() throws Exception {
    try (NameServer names = NameServer.start(0, "127.0.0.1");
        RawOrigin origin = RawOrigin.answering(HI);
        Client client = Client.asking(names.address())) {
      UpstreamPlan plan = client.plan(named("origin.example", origin));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      names.forget();
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("could not connect");
    }
  }

  @Test
  void localhostNeedsNoNameServer() throws Exception {
    try (NameServer names = NameServer.start(300);
        RawOrigin origin = RawOrigin.answering(HI);
        Client client = Client.asking(names.address())) {
      UpstreamPlan plan = client.plan(named("LocalHost", origin));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      assertThat(names.queries()).isZero();
    }
  }

  @Test
  void addressesAreTakenAsTheyAre() {
    assertThat(new TargetState(target("[::1]"), metrics()).knownAddresses())
        .singleElement()
        .satisfies(address -> assertThat(address.getAddress().isLoopbackAddress()).isTrue());
    assertThat(new TargetState(target("127.0.0.9"), metrics()).knownAddresses()).hasSize(1);
    assertThat(new TargetState(target("localhost"), metrics()).knownAddresses()).hasSize(2);
    assertThat(new TargetState(target("Origin.Localhost"), metrics()).knownAddresses()).hasSize(2);
    assertThat(new TargetState(target("origin.example"), metrics()).knownAddresses()).isEmpty();
  }

  private static TargetMetrics metrics() {
    return new UpstreamMetrics(new io.prometheus.client.CollectorRegistry(), () -> 0)
        .of(target("127.0.0.1"));
  }

  private static Target target(String host) {
    return new Target("o", false, false, host, 80);
  }

  private static Target named(String host, RawOrigin origin) {
    return new Target("o", false, false, host, origin.port());
  }
}
