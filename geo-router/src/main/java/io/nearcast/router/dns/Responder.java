package io.nearcast.router.dns;

import io.nearcast.router.geo.Prefix;
import io.nearcast.router.pick.Breadth;
import io.nearcast.router.pick.Choice;
import io.nearcast.router.pick.Directions;
import io.nearcast.router.pick.Edge;
import io.nearcast.router.pick.Family;
import io.nearcast.router.zone.NameServer;
import io.nearcast.router.zone.Place;
import io.nearcast.router.zone.Zones;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers one message: read it, find its name, ask the picker for a service's domain, write the
 * response. The life of a DNS query in order.
 *
 * <p>Any thread; holds no state of its own.
 */
final class Responder {
  /** How long answers count, and negative ones too. */
  static final int TTL_SECONDS = 20;

  private static final int DATAGRAM_BYTES_PLAIN = 512;
  private static final int STREAM_BYTES_MAX = 65_535;

  private final Directions directions;
  private final Supplier<Zones> zones;
  private final String primary;
  private final DnsCounters counters;

  /**
   * @param primary this router's id, whose name the SOA records have
   */
  Responder(Directions directions, Supplier<Zones> zones, String primary, DnsCounters counters) {
    this.directions = directions;
    this.zones = zones;
    this.primary = primary;
    this.counters = counters;
  }

  /**
   * Answers a message.
   *
   * @param message its readable bytes are read; stays the caller's
   * @param source who sent it
   * @param stream whether it came over TCP
   * @param out gets the response; stays the caller's
   * @return whether there is a response
   */
  boolean respond(ByteBuf message, InetAddress source, boolean stream, ByteBuf out) {
    int start = message.readerIndex();
    switch (QueryReader.read(message)) {
      case Received.Ignored _ -> {
        counters.ignored();
        return false;
      }
      case Received.Rejected rejected -> {
        counters.query(stream);
        new Exchange(rejected, message, start, stream, out, null).end(rejected.rcode(), false);
      }
      case Received.Query query -> {
        counters.query(stream);
        answer(query, message, start, source, stream, out);
      }
    }
    return true;
  }

  private void answer(
      Received.Query query,
      ByteBuf message,
      int start,
      InetAddress source,
      boolean stream,
      ByteBuf out) {
    Zones now = zones.get();
    if (now == Zones.EMPTY) {
      new Exchange(query, message, start, stream, out, "no copy of the feed yet")
          .end(Rcode.SERVFAIL, false);
      return;
    }
    Exchange exchange = new Exchange(query, message, start, stream, out, null);
    if (query.type() == Codes.TYPE_OPT) {
      exchange.end(Rcode.FORMERR, false);
      return;
    }
    boolean meta = query.type() >= Codes.TYPE_META_FIRST && query.type() < Codes.TYPE_ANY;
    if (query.dnsClass() != Codes.CLASS_IN || meta) {
      exchange.end(Rcode.REFUSED, false);
      return;
    }
    switch (place(query, now)) {
      case Place.Outside _ -> exchange.end(Rcode.REFUSED, false);
      case Place.Absent absent -> negative(exchange, Rcode.NXDOMAIN, absent, now);
      case Place.Hollow hollow -> negative(exchange, Rcode.NOERROR, hollow, now);
      case Place.Child child -> child(exchange, query, child, now);
      case Place.Apex apex -> apex(exchange, query, apex, now, source);
    }
  }

  /** DS records of a zone are the business of the zone above it, where that is one of ours. */
  private static Place place(Received.Query query, Zones zones) {
    if (query.type() == Codes.TYPE_DS && zones.below(query.name()) instanceof Place.Inside above) {
      return above;
    }
    return zones.find(query.name());
  }

  private void child(Exchange exchange, Received.Query query, Place.Child child, Zones zones) {
    if (query.type() == Codes.TYPE_ANY) {
      exchange.writer.hostInformation(TTL_SECONDS);
      exchange.end(Rcode.NOERROR, true);
      return;
    }
    Optional<InetAddress> address =
        zones.node(child.label()).filter(found -> isOfType(found, query.type()));
    if (address.isEmpty()) {
      negative(exchange, Rcode.NOERROR, child, zones);
      return;
    }
    exchange.writer.address(address.get(), TTL_SECONDS);
    exchange.end(Rcode.NOERROR, true);
  }

  private void apex(
      Exchange exchange, Received.Query query, Place.Apex apex, Zones zones, InetAddress source) {
    switch (query.type()) {
      case Codes.TYPE_A -> addresses(exchange, query, apex, zones, source, Family.IPV4);
      case Codes.TYPE_AAAA -> addresses(exchange, query, apex, zones, source, Family.IPV6);
      case Codes.TYPE_NS -> nameServers(exchange, zones);
      case Codes.TYPE_SOA -> {
        exchange.writer.startOfAuthority(false, 0, primary, zones.serial(), TTL_SECONDS);
        exchange.end(Rcode.NOERROR, true);
      }
      case Codes.TYPE_ANY -> {
        exchange.writer.hostInformation(TTL_SECONDS);
        exchange.end(Rcode.NOERROR, true);
      }
      default -> negative(exchange, Rcode.NOERROR, apex, zones);
    }
  }

  private void addresses(
      Exchange exchange,
      Received.Query query,
      Place.Apex apex,
      Zones zones,
      InetAddress source,
      Family family) {
    Prefix told = told(query);
    Prefix client = told == null ? Prefix.of(source) : told;
    Choice choice = directions.choose(client, family, Breadth.PLACE);
    counters.choice(choice);
    if (choice.edges().isEmpty()) {
      noEdge(exchange, apex, zones);
      return;
    }
    for (Edge edge : choice.edges()) {
      exchange.writer.address(edge.address().getAddress(), TTL_SECONDS);
    }
    exchange.scope = told == null ? 0 : choice.scope();
    exchange.end(Rcode.NOERROR, true);
  }

  /** The client's network, where the query tells it. */
  private static @Nullable Prefix told(Received.Query query) {
    ClientSubnet subnet = query.edns() == null ? null : query.edns().subnet();
    return subnet != null && subnet.isUsable() ? subnet.network() : null;
  }

  /**
   * Without an edge of the family: no data, if there are edges of the other. Without any edge the
   * router has failed, and says so: a resolver then asks another router or serves what it had (RFC
   * 8767 section 4), where "no data" would have made it forget (RFC 2308 section 5).
   */
  private void noEdge(Exchange exchange, Place.Apex apex, Zones zones) {
    if (directions.topology().edges().isEmpty()) {
      counters.noEdge();
      exchange.fail("no edge is known");
    } else {
      negative(exchange, Rcode.NOERROR, apex, zones);
    }
  }

  private void nameServers(Exchange exchange, Zones zones) {
    for (NameServer server : zones.nameServers()) {
      exchange.writer.nameServer(server.id(), TTL_SECONDS);
    }
    for (NameServer server : zones.nameServers()) {
      if (server.address() != null) {
        exchange.writer.glue(server.id(), server.address(), TTL_SECONDS);
      }
    }
    exchange.end(Rcode.NOERROR, true);
  }

  /** Negative answers hold for everybody: scope 0 (RFC 7871 section 7.4). */
  private void negative(Exchange exchange, Rcode rcode, Place.Inside place, Zones zones) {
    exchange.writer.startOfAuthority(
        true, place.zoneOffset(), primary, zones.serial(), TTL_SECONDS);
    exchange.end(rcode, true);
  }

  private static boolean isOfType(InetAddress address, int type) {
    return type == (address.getAddress().length == 4 ? Codes.TYPE_A : Codes.TYPE_AAAA);
  }

  /** One response on its way. One thread. */
  private final class Exchange {
    private final Received.Answerable query;
    private final ByteBuf message;
    private final int messageStart;
    private final boolean stream;
    private final ByteBuf out;
    private final int outStart;
    private ResponseWriter writer;
    private int scope;

    Exchange(
        Received.Answerable query,
        ByteBuf message,
        int messageStart,
        boolean stream,
        ByteBuf out,
        @Nullable String extendedError) {
      this.query = query;
      this.message = message;
      this.messageStart = messageStart;
      this.stream = stream;
      this.out = out;
      this.outStart = out.writerIndex();
      this.writer = writer(extendedError);
    }

    private ResponseWriter writer(@Nullable String extendedError) {
      return new ResponseWriter(query, message, messageStart, out, bytesMax(), extendedError);
    }

    private int bytesMax() {
      if (stream) {
        return STREAM_BYTES_MAX;
      }
      Edns edns = query.edns();
      return edns == null
          ? DATAGRAM_BYTES_PLAIN
          : Math.clamp(edns.payloadBytes(), DATAGRAM_BYTES_PLAIN, ResponseWriter.UDP_BYTES_MAX);
    }

    void end(Rcode rcode, boolean authoritative) {
      writer.finish(rcode, authoritative, scope);
      counters.response(rcode, writer.truncated());
    }

    void fail(String why) {
      out.writerIndex(outStart);
      writer = writer(why);
      end(Rcode.SERVFAIL, false);
    }
  }
}
