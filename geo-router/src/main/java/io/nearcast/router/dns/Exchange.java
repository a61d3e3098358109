package io.nearcast.router.dns;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One message and its response on the way: written by {@link #writer}, and ended once by {@link
 * #end} or {@link #fail}. One thread; owns none of the buffers.
 */
final class Exchange {
  private static final int DATAGRAM_BYTES_PLAIN = 512;
  private static final int STREAM_BYTES_MAX = 65_535;

  private final Received.Answerable query;
  private final ByteBuf message;
  private final int messageStart;
  private final InetAddress source;
  private final boolean stream;
  private final ByteBuf out;
  private final int outStart;
  private final DnsCounters counters;
  private ResponseWriter writer;

  /**
   * @param query what the message says
   * @param messageStart where it begins in its buffer
   * @param source who sent it
   * @param stream whether it came over TCP
   * @param out gets the response
   */
  Exchange(
      Received.Answerable query,
      ByteBuf message,
      int messageStart,
      InetAddress source,
      boolean stream,
      ByteBuf out,
      DnsCounters counters) {
    this.query = query;
    this.message = message;
    this.messageStart = messageStart;
    this.source = source;
    this.stream = stream;
    this.out = out;
    this.outStart = out.writerIndex();
    this.counters = counters;
    this.writer = newWriter(null);
  }

  private ResponseWriter newWriter(@Nullable String extendedError) {
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

  /** Who sent the message. */
  InetAddress source() {
    return source;
  }

  /** Writes the response's records. */
  ResponseWriter writer() {
    return writer;
  }

  /** Ends the response to a query about one of the router's names. */
  void end(Rcode rcode) {
    end(rcode, 0);
  }

  /**
   * Ends the response to a query about one of the router's names.
   *
   * @param scope how many bits of the client subnet decided, if the query had one
   */
  void end(Rcode rcode, int scope) {
    writer.finish(rcode, true, scope);
    counters.response(rcode, writer.truncated());
  }

  /** Ends the response without an answer. */
  void refuse(Rcode rcode) {
    writer.finish(rcode, false, 0);
    counters.response(rcode, writer.truncated());
  }

  /**
   * Ends the response with what is wrong with the router, and drops what was written of it.
   *
   * @param why one line of ASCII
   */
  void fail(String why) {
    out.writerIndex(outStart);
    writer = newWriter(why);
    refuse(Rcode.SERVFAIL);
  }
}
