package io.nearcast.router.dns;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes one response. Names are compressed against the question: every name in it is the
 * question's own, its last part, or a label before that (RFC 1035 section 4.1.4).
 *
 * <p>Used once, by one thread: records in the order of the sections, then {@link #finish}.
 */
final class ResponseWriter {
  /** The largest datagram that the router sends, which fragments on no usual path. */
  static final int UDP_BYTES_MAX = 1_232;

  private static final int POINTER = 0xC000;
  private static final int OPT_BYTES = 11;
  private static final int OPTION_HEADER_BYTES = 4;
  private static final int EDNS_DNSSEC_OK = 0x8000;

  private final ByteBuf out;
  private final int start;
  private final Received.Answerable query;
  private final int end;
  private final int optBytes;
  private final @Nullable String extendedError;
  private int answers;
  private int authorities;
  private int additionals;
  private boolean truncated;

  /**
   * Begins a response.
   *
   * @param message the query's message, for its question
   * @param messageStart where the message begins in its buffer
   * @param out is written to; stays the caller's
   * @param bytesMax how long the response may be
   * @param extendedError why there is no answer (RFC 8914), null to say nothing
   */
  ResponseWriter(
      Received.Answerable query,
      ByteBuf message,
      int messageStart,
      ByteBuf out,
      int bytesMax,
      @Nullable String extendedError) {
    this.query = query;
    this.out = out;
    this.start = out.writerIndex();
    this.extendedError = extendedError;
    this.optBytes = optBytes();
    this.end = start + bytesMax - optBytes;
    out.writeShort(query.id()).writeZero(Codes.HEADER_BYTES - 2);
    out.writeBytes(message, messageStart + Codes.HEADER_BYTES, query.questionBytes());
  }

  private int optBytes() {
    Edns edns = query.edns();
    if (edns == null) {
      return 0;
    }
    int bytes = OPT_BYTES;
    if (edns.subnet() != null) {
      bytes += OPTION_HEADER_BYTES + edns.subnet().bytes();
    }
    if (extendedError != null) {
      bytes += OPTION_HEADER_BYTES + 2 + extendedError.length();
    }
    return bytes;
  }

  /** Answers with an address, of the question's name. */
  void address(InetAddress address, int ttlSeconds) {
    int mark = owner(0, Codes.addressType(address), ttlSeconds);
    writeAddress(address);
    answers += keep(mark);
  }

  /** Answers with a name server of the zone, of which the question's name is the apex. */
  void nameServer(String label, int ttlSeconds) {
    int mark = owner(0, Codes.TYPE_NS, ttlSeconds);
    int length = beginData();
    name(label, 0);
    endData(length);
    answers += keep(mark);
  }

  /** Answers that nobody gets to see all there is at a name (RFC 8482 section 4.2). */
  void hostInformation(int ttlSeconds) {
    int mark = owner(0, Codes.TYPE_HINFO, ttlSeconds);
    int length = beginData();
    out.writeByte(7);
    out.writeCharSequence("RFC8482", StandardCharsets.US_ASCII);
    out.writeByte(0);
    endData(length);
    answers += keep(mark);
  }

  /**
   * Answers with the zone's SOA record, or puts it in the authority section of a negative answer.
   */
  void startOfAuthority(
      boolean negative, int zoneOffset, String primaryLabel, long serial, int ttlSeconds) {
    int mark = owner(zoneOffset, Codes.TYPE_SOA, ttlSeconds);
    int length = beginData();
    name(primaryLabel, zoneOffset);
    name("hostmaster", zoneOffset);
    out.writeInt((int) serial);
    out.writeInt(3_600).writeInt(600).writeInt(604_800); // refresh, retry, expire: nobody transfers
    out.writeInt(ttlSeconds); // how long a negative answer counts (RFC 2308 section 4)
    endData(length);
    if (negative) {
      authorities += keep(mark);
    } else {
      answers += keep(mark);
    }
  }

  /** Adds the address of a name server, unless there is no room. */
  void glue(String label, InetAddress address, int ttlSeconds) {
    int mark = out.writerIndex();
    name(label, 0);
    fixed(Codes.addressType(address), ttlSeconds);
    writeAddress(address);
    if (out.writerIndex() > end) {
      out.writerIndex(mark);
    } else {
      additionals++;
    }
  }

  /**
   * Ends the response.
   *
   * @param authoritative whether it is about one of the router's zones
   * @param scope of the client subnet, if the query had one
   */
  void finish(Rcode rcode, boolean authoritative, int scope) {
    if (truncated) {
      // RFC 2181 section 9: what is there counts for nothing, so nothing is sent.
      out.writerIndex(start + Codes.HEADER_BYTES + query.questionBytes());
      answers = 0;
      authorities = 0;
      additionals = 0;
    }
    Edns edns = query.edns();
    if (edns != null) {
      option(edns, rcode, scope);
      additionals++;
    }
    int flags = Codes.FLAG_RESPONSE | query.flags() | rcode.low();
    flags |= authoritative ? Codes.FLAG_AUTHORITATIVE : 0;
    flags |= truncated ? Codes.FLAG_TRUNCATED : 0;
    out.setShort(start + 2, flags);
    out.setShort(start + 4, query.questionBytes() > 0 ? 1 : 0);
    out.setShort(start + 6, answers);
    out.setShort(start + 8, authorities);
    out.setShort(start + 10, additionals);
  }

  /** Whether not all of it had room. */
  boolean truncated() {
    return truncated;
  }

  private void option(Edns edns, Rcode rcode, int scope) {
    out.writeByte(0);
    out.writeShort(Codes.TYPE_OPT);
    out.writeShort(UDP_BYTES_MAX);
    out.writeByte(rcode.high());
    out.writeByte(0);
    out.writeShort(edns.dnssecOk() ? EDNS_DNSSEC_OK : 0);
    out.writeShort(optBytes - OPT_BYTES);
    if (edns.subnet() != null) {
      out.writeShort(Codes.OPTION_CLIENT_SUBNET).writeShort(edns.subnet().bytes());
      edns.subnet().write(out, scope);
    }
    if (extendedError != null) {
      out.writeShort(Codes.OPTION_EXTENDED_ERROR).writeShort(2 + extendedError.length());
      out.writeShort(Codes.ERROR_NOT_READY);
      out.writeCharSequence(extendedError, StandardCharsets.US_ASCII);
    }
  }

  /** Begins a record whose owner is the question's name from an offset on. */
  private int owner(int offset, int type, int ttlSeconds) {
    int mark = out.writerIndex();
    pointer(offset);
    fixed(type, ttlSeconds);
    return mark;
  }

  private void fixed(int type, int ttlSeconds) {
    out.writeShort(type).writeShort(Codes.CLASS_IN).writeInt(ttlSeconds);
  }

  private void name(String label, int zoneOffset) {
    out.writeByte(label.length());
    out.writeCharSequence(label, StandardCharsets.US_ASCII);
    pointer(zoneOffset);
  }

  private void pointer(int offset) {
    out.writeShort(POINTER | Codes.HEADER_BYTES + offset);
  }

  private int beginData() {
    int length = out.writerIndex();
    out.writeShort(0);
    return length;
  }

  private void endData(int length) {
    out.setShort(length, out.writerIndex() - length - 2);
  }

  private void writeAddress(InetAddress address) {
    byte[] bytes = address.getAddress();
    out.writeShort(bytes.length).writeBytes(bytes);
  }

  /** Takes a record back that had no room; returns how many were kept. */
  private int keep(int mark) {
    if (out.writerIndex() > end) {
      out.writerIndex(mark);
      truncated = true;
      return 0;
    }
    return 1;
  }
}
