package io.nearcast.edge.flow;

import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.upstream.Upstreams;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the tiers of a CDN say to each other in {@code Nearcast-*} fields, and whom this node
 * believes (PURGE.md, tiers).
 *
 * <p>An edge's request carries the key of the tiers, {@code Nearcast-Min} (the newest stamp that
 * could matter) and, past a purge of its own or without a lease, {@code Nearcast-Ask: origin}. A
 * shield's answer carries {@code Nearcast-As-Of}, and {@code Nearcast-Away} where the error is its
 * own. The tier key may change at any time; everything else is immutable.
 */
public final class Tiers {
  static final String AWAY = Upstreams.AWAY_FIELD;
  private static final String KEY = "Nearcast-Key";
  private static final String MIN = "Nearcast-Min";
  private static final String AS_OF = Upstreams.AS_OF_FIELD;
  private static final String ASK = "Nearcast-Ask";
  private static final String ASK_ORIGIN = "origin";

  private final List<IpSubnetFilterRule> trusted;
  private volatile @Nullable String key;

  /**
   * @param trusted whose {@code Nearcast-*} fields are believed without a key
   */
  public Tiers(List<IpSubnetFilterRule> trusted) {
    this.trusted = List.copyOf(trusted);
  }

  /** Sets the key that tiers know each other by. */
  public void key(@Nullable String newKey) {
    key = newKey;
  }

  /** What a tier demands, or null where the request is a client's. */
  @Nullable Demand demand(RequestHead request, InetSocketAddress client) {
    Fields fields = request.fields();
    String min = fields.first(MIN);
    if (min == null || !believed(fields.first(KEY), client)) {
      return null;
    }
    Position position = parse(min);
    boolean origin = asksOrigin(fields);
    // A tier that cannot say what it needs is answered by the origin.
    return position == null ? new Demand(Position.NONE, true) : new Demand(position, origin);
  }

  private boolean believed(@Nullable String sentKey, InetSocketAddress client) {
    String expected = key;
    if (expected != null && sentKey != null) {
      return MessageDigest.isEqual(
          expected.getBytes(StandardCharsets.UTF_8), sentKey.getBytes(StandardCharsets.UTF_8));
    }
    return trusted.stream().anyMatch(subnet -> subnet.matches(client));
  }

  /** Adds what this node asks of the next tier. */
  void write(Fields.Builder fields, Position min, boolean origin) {
    String secret = key;
    if (secret != null) {
      fields.add(KEY, secret);
    }
    ask(fields, min, origin);
  }

  /** The same without the key, which is nobody's to see. */
  void ask(Fields.Builder fields, Position min, boolean origin) {
    fields.add(MIN, format(min));
    if (origin) {
      fields.add(ASK, ASK_ORIGIN);
    }
  }

  /** Whether a tier's request has the origin asked. */
  static boolean asksOrigin(Fields request) {
    return ASK_ORIGIN.equals(request.first(ASK));
  }

  /** What the answer of a tier states, or null where it states nothing. */
  static @Nullable Position asOf(Fields answer) {
    String value = answer.first(AS_OF);
    return value == null ? null : parse(value);
  }

  /** Adds what this node's answer to a tier is as of. */
  static Fields withAsOf(Fields answer, Position asOf) {
    return answer.with(AS_OF, format(asOf));
  }

  private static String format(Position position) {
    return (position.log() == null ? "-" : position.log()) + ';' + position.sequence();
  }

  private static @Nullable Position parse(String text) {
    int semicolon = text.indexOf(';');
    if (semicolon < 1 || text.length() - semicolon > 19) {
      return null;
    }
    String log = text.substring(0, semicolon);
    try {
      long sequence = Long.parseLong(text.substring(semicolon + 1));
      return sequence < 0 ? null : new Position(log.equals("-") ? null : log, sequence);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
