package io.nearcast.edge.flow;

import io.nearcast.edge.http.ResponseEncoder;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes the heads of answers. The fields that stay the same for as long as a response is stored
 * are written once, see {@link #lasting}; what differs from answer to answer comes behind them.
 */
final class ClientHeads {
  private final String nodeId;
  private final String via;
  private final String viaHttp10;

  /**
   * @param nodeId the name of this cache in {@code Cache-Status}
   */
  ClientHeads(String nodeId) {
    this.nodeId =
        Character.isLetter(nodeId.charAt(0)) ? nodeId : '"' + nodeId + '"'; // RFC 9651 3.3.4
    this.via = "1.1 " + nodeId;
    this.viaHttp10 = "1.0 " + nodeId;
  }

  /**
   * The fields of a response that go to a client or a tier whatever becomes of the request.
   *
   * @param tier whether it goes to another tier, which needs the tags
   * @param passTags whether the service passes tags on to clients
   */
  Fields lasting(ResponseHead sent, boolean tier, boolean passTags) {
    Fields fields = sent.fields();
    Fields kept = fields.without(name -> dropped(name, tier, tier || passTags));
    String before = fields.combined("Via");
    // "the received-protocol" (RFC 9110 section 7.6.3): by which the response came.
    String own = sent.http10() ? viaHttp10 : via;
    return kept.with("Via", before == null ? own : before + ", " + own);
  }

  /**
   * The same of a whole response to a client, as bytes.
   *
   * @param length of its body
   */
  byte[] whole(ByteBufAllocator allocator, ResponseHead sent, long length, boolean passTags) {
    ByteBuf out = allocator.buffer(512);
    try {
      ResponseEncoder.statusLine(out, sent.status());
      ResponseEncoder.fields(out, lasting(sent, false, passTags));
      if (sent.status() != 204) {
        ResponseEncoder.field(out, "Content-Length", String.valueOf(length));
      }
      byte[] bytes = new byte[out.readableBytes()];
      out.readBytes(bytes);
      return bytes;
    } finally {
      out.release();
    }
  }

  private static boolean dropped(String name, boolean tier, boolean tags) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "age", "content-length", "cache-status", "via" -> true;
      case "surrogate-key", "cache-tag" -> !tags;
      // For the caches that it is addressed to, the last of which this is; CDN-Cache-Control, in
      // contrast, is for whatever CDN stands before this one as well (RFC 9213 section 3).
      case "surrogate-control" -> !tier;
      default -> false;
    };
  }

  /** Writes Cache-Status: what upstream caches said when the response was made, then this one. */
  void cacheStatus(
      ByteBuf out,
      Fields stored,
      Outcome outcome,
      @Nullable Long ttlSeconds,
      @Nullable CacheKey key) {
    String before = stored.combined("Cache-Status");
    String own = nodeId + outcome.parameters(ttlSeconds, key);
    ResponseEncoder.field(out, "Cache-Status", before == null ? own : before + ", " + own);
  }

  /** Writes Age (RFC 9111 section 5.1), in whole seconds. */
  static void age(ByteBuf out, Freshness freshness, long nowMillis) {
    ResponseEncoder.field(out, "Age", String.valueOf(freshness.ageMillis(nowMillis) / 1_000));
  }

  /** Lifetime less Age, both as they are stated: in whole seconds (RFC 9211 section 2.4). */
  static Long ttlSeconds(Freshness freshness, long nowMillis) {
    return freshness.lifetimeMillis() / 1_000 - freshness.ageMillis(nowMillis) / 1_000;
  }

  /** Writes whether the connection goes on, where that is not the version's default. */
  static void connection(ByteBuf out, boolean http10, boolean persistent) {
    if (!persistent) {
      ResponseEncoder.field(out, "Connection", "close");
    } else if (http10) {
      ResponseEncoder.field(out, "Connection", "keep-alive");
    }
  }
}
