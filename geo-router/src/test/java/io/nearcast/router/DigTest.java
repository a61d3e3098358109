package io.nearcast.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The answers of one router, as the real dig sees them. */
final class DigTest {
  @TempDir static Path directory;
  private static RouterFixture fixture;

  @BeforeAll
  static void start() throws IOException {
    fixture =
        RouterFixture.demo(directory)
            .service("apex", "shop.example", "www.eu.shop.example")
            .edge("iad-6", "iad", "[2001:db8::6]:8080")
            .node("shield-1", NodeRole.SHIELD, "fra", NodeState.SERVING, "127.0.1.9:8090")
            .node("router-2", NodeRole.ROUTER, "", NodeState.SERVING, "192.0.2.53:53")
            .cidrMap("192.0.2.0/24 fra", "198.51.0.0/16 iad", "2001:db8::/32 sin")
            .defaultPop("sin")
            .start();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.0/24, 127.0.1.1, 192.0.2.0/24/24",
    "192.0.2.77/32, 127.0.1.1, 192.0.2.77/32/24",
    "198.51.100.0/24, 127.0.1.2, 198.51.100.0/24/16",
    "198.51.0.0/12, 127.0.1.3, 198.48.0.0/12/15",
    "203.0.113.0/24, 127.0.1.3, 203.0.113.0/24/5",
    "2001:db8:7::/56, 127.0.1.3, 2001:db8:7::/56/32",
    "0, 127.0.1.3, 0.0.0.0/0/0",
    "0.0.0.0/0, 127.0.1.3, 0.0.0.0/0/0",
    "::/0, 127.0.1.3, ::/0/0",
  })
  void theClientsSubnetDecidesAndTheScopeSaysHowMuchOfIt(
      String subnet, String address, String echoed) throws Exception {
    Dig dig = fixture.dig("www.demo.test", "+subnet=" + subnet);

    assertThat(dig.status()).isEqualTo("NOERROR");
    assertThat(dig.answers()).containsExactly(address);
    assertThat(dig.subnet()).isEqualTo(echoed);
  }

  @Test
  void theResolverDecidesWhereThereIsNoSubnet() throws Exception {
    Dig dig = fixture.dig("www.demo.test");

    assertThat(dig.answers()).containsExactly("127.0.1.3");
    assertThat(dig.subnet()).isEmpty();
    assertThat(dig.flags()).isEqualTo("qr aa rd");
  }

  @Test
  void theNamesCaseComesBackAsItWas() throws Exception {
    Dig dig = fixture.dig("wWw.DeMo.TeSt", "+norec");

    assertThat(dig.section("ANSWER")).containsExactly("wWw.DeMo.TeSt. 20 IN A 127.0.1.3");
    assertThat(dig.flags()).isEqualTo("qr aa");
  }

  @Test
  void ipv6ComesFromTheNearestPopThatHasIt() throws Exception {
    assertThat(fixture.dig("www.demo.test", "AAAA", "+subnet=192.0.2.0/24").answers())
        .containsExactly("2001:db8::6");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "www.demo.test, MX",
    "www.demo.test, TXT",
    "www.demo.test, DS",
    "www.demo.test, HTTPS",
    "www.demo.test, TYPE65280",
    "fra-1.www.demo.test, AAAA",
    "fra-1.www.demo.test, NS",
    "iad-6.www.demo.test, A",
    "eu.shop.example, A",
    "eu.shop.example, ANY",
  })
  void withoutSuchRecordsTheAnswerIsNoDataAndTheSoa(String name, String type) throws Exception {
    Dig dig = fixture.dig(name, type, "+subnet=192.0.2.0/24");

    assertThat(dig.status()).isEqualTo("NOERROR");
    assertThat(dig.flags()).isEqualTo("qr aa rd");
    assertThat(dig.answers()).isEmpty();
    assertThat(dig.section("AUTHORITY")).hasSize(1).first().asString().contains(" 20 IN SOA ");
    assertThat(dig.subnet()).isEqualTo("192.0.2.0/24/0");
  }

  @ParameterizedTest
  @CsvSource({
    "nothing.www.demo.test, www.demo.test.",
    "shield-1.www.demo.test, www.demo.test.",
    "a.b.fra-1.www.demo.test, www.demo.test.",
    "x.shop.example, shop.example.",
    "x.eu.shop.example, shop.example.",
    "x.www.eu.shop.example, www.eu.shop.example.",
  })
  void namesThatAreNotThereAreSaidSoWithTheSoa(String name, String zone) throws Exception {
    Dig dig = fixture.dig(name);

    assertThat(dig.status()).isEqualTo("NXDOMAIN");
    assertThat(dig.flags()).isEqualTo("qr aa rd");
    assertThat(dig.section("AUTHORITY"))
        .containsExactly(
            zone + " 20 IN SOA router-1." + zone + " hostmaster." + zone + " 7 3600 600 604800 20");
  }

  @Test
  void theZoneAboveAnswersForDelegationSigners() throws Exception {
    assertThat(fixture.dig("www.eu.shop.example", "DS").section("AUTHORITY"))
        .first()
        .asString()
        .startsWith("shop.example. 20 IN SOA ");
  }

  @ParameterizedTest
  @CsvSource({"demo.test", "www.example.com", ".", "test", "www-demo.test"})
  void namesOutsideAreRefused(String name) throws Exception {
    Dig dig = fixture.dig(name);

    assertThat(dig.status()).isEqualTo("REFUSED");
    assertThat(dig.flags()).isEqualTo("qr rd");
  }

  @Test
  void aNodesNameHasThatNodesAddressOnly() throws Exception {
    assertThat(fixture.dig("fra-1.www.demo.test", "+subnet=198.51.100.0/24").answers())
        .containsExactly("127.0.1.1");
    assertThat(fixture.dig("SIN-1.shop.example").answers()).containsExactly("127.0.1.3");
    assertThat(fixture.dig("iad-6.shop.example", "AAAA").answers()).containsExactly("2001:db8::6");
  }

  @Test
  void routersAreTheNameServers() throws Exception {
    Dig dig = fixture.dig("www.demo.test", "NS");

    assertThat(dig.answers()).containsExactly("router-1.www.demo.test.", "router-2.www.demo.test.");
    assertThat(dig.section("ADDITIONAL"))
        .containsExactly(
            "router-1.www.demo.test. 20 IN A 127.0.0.1",
            "router-2.www.demo.test. 20 IN A 192.0.2.53");
    assertThat(fixture.dig("router-2.www.demo.test").answers()).containsExactly("192.0.2.53");
  }

  @Test
  void theSoaNamesThisRouter() throws Exception {
    assertThat(fixture.dig("www.demo.test", "SOA").answers())
        .containsExactly("router-1.www.demo.test. hostmaster.www.demo.test. 7 3600 600 604800 20");
  }

  @ParameterizedTest
  @CsvSource({"www.demo.test", "fra-1.www.demo.test"})
  void anyGetsAlmostNothing(String name) throws Exception {
    assertThat(fixture.dig(name, "ANY", "+notcp").answers()).containsExactly("\"RFC8482\" \"\"");
  }

  @Test
  void otherClassesAndTransfersAreRefused() throws Exception {
    assertThat(fixture.dig("-c", "CH", "-t", "TXT", "version.bind").status()).isEqualTo("REFUSED");
    assertThat(fixture.dig("-c", "ANY", "-t", "A", "www.demo.test").status()).isEqualTo("REFUSED");
    assertThat(fixture.dig("www.demo.test", "AXFR").output()).contains("Transfer failed");
  }

  @Test
  void anotherVersionOfEdnsIsBad() throws Exception {
    Dig dig = fixture.dig("www.demo.test", "+edns=1", "+noednsneg");

    assertThat(dig.status()).isEqualTo("BADVERS");
    assertThat(dig.output()).contains("EDNS: version: 0");
  }

  @Test
  void otherOpcodesAreNotImplemented() throws Exception {
    assertThat(fixture.dig("www.demo.test", "+opcode=STATUS").status()).isEqualTo("NOTIMP");
  }

  @Test
  void unknownOptionsAndFlagsDoNoHarm() throws Exception {
    Dig dig =
        fixture.dig(
            "www.demo.test",
            "+nsid",
            "+cookie",
            "+expire",
            "+ednsopt=65001:abcd",
            "+dnssec",
            "+ednsflags=0x4000",
            "+zflag");

    assertThat(dig.status()).isEqualTo("NOERROR");
    assertThat(dig.answers()).containsExactly("127.0.1.3");
    assertThat(dig.output()).contains("EDNS: version: 0, flags: do; udp: 1232");
  }

  @Test
  void tcpGivesTheSame() throws Exception {
    Dig dig = fixture.dig("www.demo.test", "+tcp", "+subnet=192.0.2.0/24");

    assertThat(dig.answers()).containsExactly("127.0.1.1");
    assertThat(dig.subnet()).isEqualTo("192.0.2.0/24/24");
    assertThat(dig.output()).contains("(TCP)");
  }

  @Test
  void oneTcpConnectionTakesManyQueries() throws Exception {
    Dig dig =
        fixture.dig(
            "+tcp",
            "+keepopen",
            "www.demo.test",
            "+subnet=192.0.2.0/24",
            "fra-1.www.demo.test",
            "nothing.www.demo.test");

    assertThat(dig.output()).contains("NXDOMAIN").containsPattern("(?s)127.0.1.1.*127.0.1.1");
  }
}
