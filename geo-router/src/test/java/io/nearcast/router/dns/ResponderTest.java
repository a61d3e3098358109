package io.nearcast.router.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Pop;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.Service;
import io.nearcast.router.geo.CidrMap;
import io.nearcast.router.geo.Locator;
import io.nearcast.router.pick.Directions;
import io.nearcast.router.pick.Edge;
import io.nearcast.router.pick.Probed;
import io.nearcast.router.pick.Probes;
import io.nearcast.router.zone.NameServer;
import io.nearcast.router.zone.Zones;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

final class ResponderTest {
  private static final Probes ALL_UP =
      new Probes() {
        @Override
        public Probed of(Edge edge) {
          return Probed.UP;
        }

        @Override
        public double share(Edge edge) {
          return 1;
        }
      };

  private final CollectorRegistry registry = new CollectorRegistry();

  private static FeedState state() {
    Origin origin = new Origin("main", URI.create("http://127.0.0.1:1"), false, null);
    Service service =
        new Service(
            "shop",
            List.of("www.shop.test", "a.b.www.shop.test"),
            List.of(origin),
            CachePolicy.DEFAULT,
            PurgePolicy.DEFAULT,
            List.of());
    return new FeedState(
        "log",
        9,
        Map.of("shop", new FeedState.ActiveService(1, service)),
        Map.of("fra", new Pop("fra", 50, 8)),
        Set.of(),
        null);
  }

  private Responder responder() {
    Fleet fleet =
        new Fleet(
            List.of(
                new NodeStatus(
                    "e-1", NodeRole.EDGE, "fra", NodeState.SERVING, 1, "192.0.2.1:80", List.of()),
                new NodeStatus(
                    "e-2",
                    NodeRole.EDGE,
                    "fra",
                    NodeState.SERVING,
                    1,
                    "[2001:db8::2]:80",
                    List.of())));
    Directions directions =
        new Directions(new Locator(CidrMap.EMPTY, List.of()), ALL_UP, null, System::nanoTime);
    directions.update(state(), fleet);
    Zones zones = Zones.EMPTY.next(state(), fleet, new NameServer("r-1", null));
    return new Responder(directions, () -> zones, "r-1", new DnsCounters(registry));
  }

  private static byte[] query(String name, int type) throws IOException {
    Message query = Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
    query.addRecord(
        new OPTRecord(
            1_232, 0, 0, 0, new ClientSubnetOption(24, InetAddress.ofLiteral("10.0.0.0"))),
        Section.ADDITIONAL);
    return query.toWire();
  }

  /**
   * Whatever is asked, there is no response or one that dnsjava can read: with the query's id, no
   * longer than it may be, and never because the router broke.
   */
  @Test
  void everyResponseIsWellFormed() throws IOException {
    long seed = 815;
    Random random = new Random(seed);
    List<byte[]> good = new ArrayList<>();
    for (String name :
        List.of("www.shop.test.", "e-1.www.shop.test.", "b.www.shop.test.", "x.test.", ".")) {
      for (int type : new int[] {Type.A, Type.AAAA, Type.NS, Type.SOA, Type.ANY, Type.DS}) {
        good.add(query(name, type));
      }
    }
    Responder responder = responder();
    InetAddress client = InetAddress.getLoopbackAddress();
    ByteBuf out = Unpooled.buffer(2_048);
    int answered = 0;
    for (int round = 0; round < 100_000; round++) {
      byte[] message =
          round % 4 == 0
              ? QueryReaderTest.noise(random)
              : QueryReaderTest.mutated(good.get(random.nextInt(good.size())), random);
      out.clear();
      if (responder.respond(Unpooled.wrappedBuffer(message), client, round % 3 == 0, out)) {
        answered++;
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        Message response = new Message(bytes);
        assertThat(response.getHeader().getFlag(Flags.QR))
            .as("seed %d round %d", seed, round)
            .isTrue();
        assertThat(response.getHeader().getID())
            .isEqualTo(((message[0] & 0xFF) << 8) | (message[1] & 0xFF));
        assertThat(bytes.length).isLessThanOrEqualTo(1_232);
      }
    }
    assertThat(answered).isGreaterThan(50_000);
    assertThat(registry.getSampleValue("nearcast_dns_failures_total")).isZero();
  }

  @Test
  void aFaultOfTheRouterIsAnsweredAndCounted() throws IOException {
    Directions directions =
        new Directions(new Locator(CidrMap.EMPTY, List.of()), ALL_UP, null, System::nanoTime);
    Responder responder =
        new Responder(
            directions,
            () -> {
              throw new IllegalStateException("broken on purpose");
            },
            "r-1",
            new DnsCounters(registry));
    ByteBuf out = Unpooled.buffer();

    assertThat(
            responder.respond(
                Unpooled.wrappedBuffer(query("www.shop.test.", Type.A)),
                InetAddress.getLoopbackAddress(),
                false,
                out))
        .isTrue();
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    assertThat(new Message(bytes).getRcode()).isEqualTo(Rcode.SERVFAIL.low());
    assertThat(registry.getSampleValue("nearcast_dns_failures_total")).isEqualTo(1);
  }
}
