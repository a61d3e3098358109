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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one message: read it, find its name, ask the picker for a service's domain, write the
 * response. The life of a DNS query in order.
 *
 * <p>Any thread.
 */
final class Responder {
  /** How long answers count, and negative ones too. */
  static final int TTL_SECONDS = 20;

  private static final Logger LOG = LoggerFactory.getLogger(Responder.class);

  private final Directions directions;
  private final Supplier<Zones> zones;
  private final String primary;
  private final DnsCounters counters;
  private final AtomicBoolean complained = new AtomicBoolean();

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
    Received received = QueryReader.read(message);
    if (!(received instanceof Received.Answerable answerable)) {
      counters.ignored();
      return false;
    }
    counters.query(stream);
    Exchange exchange = new Exchange(answerable, message, start, source, stream, out, counters);
    try {
      switch (answerable) {
        case Received.Rejected rejected -> exchange.refuse(rejected.rcode());
        case Received.Query query -> answer(exchange, query, zones.get());
      }
    } catch (RuntimeException e) {
      failed(e);
      exchange.fail("internal error");
    }
    return true;
  }

  /** A bug must not take the service down, nor fill the log where somebody sends it on purpose. */
  private void failed(RuntimeException e) {
    counters.failed();
    if (complained.compareAndSet(false, true)) {
      LOG.error("a query could not be answered; further ones are counted only", e);
    }
  }

  private void answer(Exchange exchange, Received.Query query, Zones now) {
    if (now == Zones.EMPTY) {
      exchange.fail("no copy of the feed yet");
    } else if (query.type() == Codes.TYPE_OPT) {
      exchange.refuse(Rcode.FORMERR);
    } else if (query.dnsClass() != Codes.CLASS_IN || isMeta(query.type())) {
      exchange.refuse(Rcode.REFUSED);
    } else {
      switch (place(query, now)) {
        case Place.Outside _ -> exchange.refuse(Rcode.REFUSED);
        case Place.Absent absent -> negative(exchange, Rcode.NXDOMAIN, absent, now);
        case Place.Hollow hollow -> negative(exchange, Rcode.NOERROR, hollow, now);
        case Place.Child child -> child(exchange, query, child, now);
        case Place.Apex apex -> apex(exchange, query, apex, now);
      }
    }
  }

  private static boolean isMeta(int type) {
    return type >= Codes.TYPE_META_FIRST && type < Codes.TYPE_ANY;
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
      almostNothing(exchange);
      return;
    }
    Optional<InetAddress> address =
        zones.node(child.label()).filter(found -> Codes.addressType(found) == query.type());
    if (address.isEmpty()) {
      negative(exchange, Rcode.NOERROR, child, zones);
      return;
    }
    exchange.writer().address(address.get(), TTL_SECONDS);
    exchange.end(Rcode.NOERROR);
  }

  private void apex(Exchange exchange, Received.Query query, Place.Apex apex, Zones zones) {
    switch (query.type()) {
      case Codes.TYPE_A -> addresses(exchange, query, apex, zones, Family.IPV4);
      case Codes.TYPE_AAAA -> addresses(exchange, query, apex, zones, Family.IPV6);
      case Codes.TYPE_NS -> nameServers(exchange, zones);
      case Codes.TYPE_SOA -> {
        exchange.writer().startOfAuthority(false, 0, primary, zones.serial(), TTL_SECONDS);
        exchange.end(Rcode.NOERROR);
      }
      case Codes.TYPE_ANY -> almostNothing(exchange);
      default -> negative(exchange, Rcode.NOERROR, apex, zones);
    }
  }

  private void addresses(
      Exchange exchange, Received.Query query, Place.Apex apex, Zones zones, Family family) {
    Prefix told = query.toldClient();
    Prefix client = told == null ? Prefix.of(exchange.source()) : told;
    Choice choice = directions.choose(client, family, Breadth.PLACE);
    counters.choice(choice);
    if (choice.edges().isEmpty()) {
      noEdge(exchange, apex, zones);
      return;
    }
    for (Edge edge : choice.edges()) {
      exchange.writer().address(edge.address().getAddress(), TTL_SECONDS);
    }
    exchange.end(Rcode.NOERROR, told == null ? 0 : choice.scope());
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

  private static void nameServers(Exchange exchange, Zones zones) {
    for (NameServer server : zones.nameServers()) {
      exchange.writer().nameServer(server.id(), TTL_SECONDS);
    }
    for (NameServer server : zones.nameServers()) {
      if (server.address() != null) {
        exchange.writer().glue(server.id(), server.address(), TTL_SECONDS);
      }
    }
    exchange.end(Rcode.NOERROR);
  }

  /** Nobody gets to see all that there is at a name (RFC 8482). */
  private static void almostNothing(Exchange exchange) {
    exchange.writer().hostInformation(TTL_SECONDS);
    exchange.end(Rcode.NOERROR);
  }

  /** Negative answers hold for everybody: scope 0 (RFC 7871 section 7.4). */
  private void negative(Exchange exchange, Rcode rcode, Place.Inside place, Zones zones) {
    exchange
        .writer()
        .startOfAuthority(true, place.zoneOffset(), primary, zones.serial(), TTL_SECONDS);
    exchange.end(rcode);
  }
}
