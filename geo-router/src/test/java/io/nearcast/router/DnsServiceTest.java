package io.nearcast.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.router.health.FakeEdge;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** DNS as dnsjava and raw sockets see it: health, sizes, connections, and what is no DNS. */
final class DnsServiceTest {
  @TempDir Path directory;

  private static SimpleResolver resolver(RouterFixture fixture) throws IOException {
    SimpleResolver resolver = new SimpleResolver(InetAddress.getLoopbackAddress());
    resolver.setPort(fixture.router().dnsAddress().getPort());
    resolver.setTimeout(Duration.ofSeconds(5));
    return resolver;
  }

  private static Message query(String name, int type) throws IOException {
    return Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
  }

  private static List<String> answers(Message message) {
    return message.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
  }

  private static String address(RouterFixture fixture, String name) throws IOException {
    return String.join(" ", answers(resolver(fixture).send(query(name, Type.A))));
  }

  @Test
  void aKilledEdgeIsLeftOutWithinThreeSecondsAndComesBackWithinThree() throws Exception {
    try (FakeEdge frankfurt = new FakeEdge("127.0.1.1");
        FakeEdge virginia = new FakeEdge("127.0.1.2");
        RouterFixture fixture =
            new RouterFixture(directory)
                .service("demo", "www.demo.test")
                .pop("fra", 50.1, 8.7)
                .pop("iad", 38.9, -77.4)
                .edge("fra-1", "fra", frankfurt.reported())
                .edge("iad-1", "iad", virginia.reported())
                .start()) {
      await().until(() -> address(fixture, "www.demo.test.").equals("127.0.1.1"));

      frankfurt.kill();
      await()
          .atMost(Duration.ofSeconds(3))
          .until(() -> address(fixture, "www.demo.test.").equals("127.0.1.2"));

      virginia.kill();
      await()
          .atMost(Duration.ofSeconds(3))
          .until(() -> address(fixture, "www.demo.test.").equals("127.0.1.1"));

      virginia.restart();
      await()
          .atMost(Duration.ofSeconds(3))
          .until(() -> address(fixture, "www.demo.test.").equals("127.0.1.2"));

      frankfurt.restart();
      await()
          .atMost(Duration.ofSeconds(3))
          .until(() -> address(fixture, "www.demo.test.").equals("127.0.1.1"));
    }
  }

  @Test
  void aDrainedEdgeGetsNoNewClients() throws Exception {
    try (RouterFixture fixture = RouterFixture.demo(directory).start()) {
      assertThat(address(fixture, "www.demo.test.")).isEqualTo("127.0.1.1");

      fixture.drained("fra-1").publish();

      assertThat(address(fixture, "www.demo.test.")).isEqualTo("127.0.1.2");
      assertThat(address(fixture, "fra-1.www.demo.test.")).isEqualTo("127.0.1.1");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Type.IXFR, Type.AXFR, Type.MAILB, Type.TKEY})
  void transfersAndOtherMetaTypesAreRefused(int type) throws Exception {
    try (RouterFixture fixture = RouterFixture.demo(directory).start();
        DatagramSocket socket = new DatagramSocket()) {
      Message query = query("www.demo.test.", Type.A);
      byte[] wire = query.toWire();
      wire[wire.length - 3] = (byte) type;
      socket.setSoTimeout(5_000);
      socket.send(new DatagramPacket(wire, wire.length, fixture.router().dnsAddress()));
      DatagramPacket response = new DatagramPacket(new byte[512], 512);
      socket.receive(response);

      assertThat(response.getData()[3] & 0xF).isEqualTo(Rcode.REFUSED);
    }
  }

  @Test
  void servicesAndEdgesComeAndGo() throws Exception {
    try (RouterFixture fixture = RouterFixture.demo(directory).start()) {
      assertThat(resolver(fixture).send(query("new.test.", Type.A)).getRcode())
          .isEqualTo(Rcode.REFUSED);

      fixture.service("new", "new.test").withoutNode("fra-1").publish();

      assertThat(address(fixture, "new.test.")).isEqualTo("127.0.1.2");
      assertThat(resolver(fixture).send(query("fra-1.new.test.", Type.A)).getRcode())
          .isEqualTo(Rcode.NXDOMAIN);
    }
  }

  @Test
  void aPopWithManyEdgesAnswersWithTwoAndTheScopeOfTheSpread() throws Exception {
    RouterFixture setUp =
        new RouterFixture(directory).service("demo", "www.demo.test").pop("fra", 50.1, 8.7);
    for (int i = 1; i <= 9; i++) {
      setUp.edge("fra-" + i, "fra", "127.0.1." + i + ":8080");
    }
    try (RouterFixture fixture = setUp.start()) {
      Message query = query("www.demo.test.", Type.A);
      query.addRecord(
          new OPTRecord(
              1_232, 0, 0, 0, new ClientSubnetOption(24, InetAddress.ofLiteral("198.51.100.0"))),
          Section.ADDITIONAL);

      Message response = resolver(fixture).send(query);

      assertThat(answers(response)).hasSize(2).doesNotHaveDuplicates();
      ClientSubnetOption subnet = (ClientSubnetOption) response.getOPT().getOptions().getFirst();
      assertThat(subnet.getSourcePrefixLength()).isEqualTo(24);
      assertThat(subnet.getScopePrefixLength()).isEqualTo(16);
      assertThat(subnet.getAddress()).isEqualTo(InetAddress.ofLiteral("198.51.100.0"));
    }
  }

  @Test
  void withoutAnyEdgeTheRouterSaysThatItFails() throws Exception {
    try (RouterFixture fixture =
        new RouterFixture(directory)
            .service("demo", "www.demo.test")
            .pop("fra", 50.1, 8.7)
            .start()) {
      SimpleResolver resolver = resolver(fixture);
      resolver.setEDNS(0);
      Message response = resolver.send(query("www.demo.test.", Type.A));

      assertThat(response.getRcode()).isEqualTo(Rcode.SERVFAIL);
      assertThat(response.getOPT().getOptions())
          .hasSize(1)
          .first()
          .isInstanceOfSatisfying(
              ExtendedErrorCodeOption.class,
              error -> assertThat(error.getText()).isEqualTo("no edge is known"));
      assertThat(resolver.send(query("www.demo.test.", Type.SOA)).getRcode())
          .isEqualTo(Rcode.NOERROR);
    }
  }

  @Test
  void withoutAStateTheRouterSaysThatItFails() throws Exception {
    try (RouterFixture fixture = RouterFixture.demo(directory).startEmpty()) {
      assertThat(resolver(fixture).send(query("www.demo.test.", Type.A)).getRcode())
          .isEqualTo(Rcode.SERVFAIL);
      fixture.publish();
      assertThat(address(fixture, "www.demo.test.")).isEqualTo("127.0.1.1");
    }
  }

  @Test
  void aFamilyThatNoEdgeHasIsNoData() throws Exception {
    try (RouterFixture fixture = RouterFixture.demo(directory).start()) {
      Message response = resolver(fixture).send(query("www.demo.test.", Type.AAAA));

      assertThat(response.getRcode()).isEqualTo(Rcode.NOERROR);
      assertThat(answers(response)).isEmpty();
      assertThat(response.getSection(Section.AUTHORITY)).hasSize(1);
    }
  }

  private RouterFixture withManyRouters() throws IOException {
    RouterFixture fixture = RouterFixture.demo(directory);
    for (int i = 10; i < 23; i++) {
      fixture.node(
          "a-router-with-a-rather-long-name-" + i,
          NodeRole.ROUTER,
          "",
          NodeState.SERVING,
          "192.0.2." + i + ":53");
    }
    return fixture;
  }

  @Test
  void whatDoesNotFitADatagramIsTruncatedAndComesByTcp() throws Exception {
    try (RouterFixture fixture = withManyRouters().start()) {
      SimpleResolver resolver = resolver(fixture);
      resolver.setEDNS(-1);
      resolver.setIgnoreTruncation(true);
      Message truncated = resolver.send(query("www.demo.test.", Type.NS));
      assertThat(truncated.getHeader().getFlag(Flags.TC)).isTrue();
      assertThat(truncated.getSection(Section.ANSWER)).isEmpty();

      resolver.setTCP(true);
      Message whole = resolver.send(query("www.demo.test.", Type.NS));
      assertThat(whole.getHeader().getFlag(Flags.TC)).isFalse();
      assertThat(whole.getSection(Section.ANSWER)).hasSize(13);
      assertThat(whole.getSection(Section.ADDITIONAL)).hasSize(13);

      // With EDNS there is room for the name servers, and for as many addresses as fit.
      resolver.setTCP(false);
      resolver.setEDNS(0, 4_096, 0, List.of());
      Message larger = resolver.send(query("www.demo.test.", Type.NS));
      assertThat(larger.getHeader().getFlag(Flags.TC)).isFalse();
      assertThat(larger.getSection(Section.ANSWER)).hasSize(13);
      assertThat(larger.toWire().length).isLessThanOrEqualTo(1_232);
      assertThat(larger.getSection(Section.ADDITIONAL)).hasSizeBetween(2, 13);
    }
  }

  @Test
  void queriesOfOneConnectionAreAnsweredInOrderHoweverTheyArrive() throws Exception {
    try (RouterFixture fixture = RouterFixture.demo(directory).start();
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), fixture.router().dnsAddress().getPort())) {
      socket.setSoTimeout(5_000);
      ByteBuffer bytes = ByteBuffer.allocate(100_000);
      for (int i = 0; i < 500; i++) {
        Message query = query("fra-1.www.demo.test.", Type.A);
        query.getHeader().setID(i);
        byte[] wire = query.toWire();
        bytes.putShort((short) wire.length).put(wire);
      }
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.write(bytes.array(), 0, 1);
      out.flush();
      out.write(bytes.array(), 1, 50);
      out.flush();
      out.write(bytes.array(), 51, bytes.position() - 51);
      out.flush();

      DataInputStream in = new DataInputStream(socket.getInputStream());
      for (int i = 0; i < 500; i++) {
        byte[] wire = new byte[in.readUnsignedShort()];
        in.readFully(wire);
        Message response = new Message(wire);
        assertThat(response.getHeader().getID()).isEqualTo(i);
        assertThat(answers(response)).containsExactly("127.0.1.1");
      }
    }
  }

  @Test
  void aConnectionThatSendsNoQueryIsClosed() throws Exception {
    try (RouterFixture fixture = RouterFixture.demo(directory).start();
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), fixture.router().dnsAddress().getPort())) {
      socket.setSoTimeout(15_000);
      Message response = query("www.demo.test.", Type.A);
      response.getHeader().setFlag(Flags.QR);
      byte[] wire = response.toWire();
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(wire.length);
      out.write(wire);

      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** Seeded noise from one socket; then the router still answers. */
  @Test
  void anyDatagramIsSurvived() throws Exception {
    Random random = new Random(4_711);
    byte[] good = query("www.demo.test.", Type.A).toWire();
    try (RouterFixture fixture = RouterFixture.demo(directory).start();
        DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 5_000; i++) {
        byte[] message = good.clone();
        if (i % 2 == 0) {
          message = new byte[random.nextInt(600)];
          random.nextBytes(message);
        } else {
          message[random.nextInt(message.length)] = (byte) random.nextInt(256);
        }
        socket.send(new DatagramPacket(message, message.length, fixture.router().dnsAddress()));
      }
      await().until(() -> address(fixture, "www.demo.test.").equals("127.0.1.1"));
    }
  }
}
