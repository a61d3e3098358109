package io.nearcast.router.dns;

import io.nearcast.router.zone.WireName;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads one message, strictly: all of it must be well-formed to the last byte.
 *
 * <p>Work is bounded by the message's length: each byte is read once, and pointers are not followed
 * (a question needs none, and nothing else is of interest but the OPT record at the root).
 */
final class QueryReader {
  private static final int POINTER = 0xC0;
  private static final int RECORD_FIXED_BYTES = 10;
  private static final int EDNS_DNSSEC_OK = 0x8000;

  private final ByteBuf message;
  private final int start;
  private final int id;
  private final int flags;
  private int questionBytes;
  private @Nullable Edns edns;
  private boolean badVersion;

  private QueryReader(ByteBuf message) {
    this.message = message;
    this.start = message.readerIndex();
    this.id = message.readUnsignedShort();
    this.flags = message.readUnsignedShort();
  }

  /** Reads a message from its readable bytes; never throws for what they are. */
  static Received read(ByteBuf message) {
    if (message.readableBytes() < Codes.HEADER_BYTES
        || (message.getUnsignedByte(message.readerIndex() + 2) & 0x80) != 0) {
      return new Received.Ignored();
    }
    return new QueryReader(message).read();
  }

  private Received read() {
    if ((flags >>> Codes.OPCODE_SHIFT & Codes.OPCODE_MASK) != Codes.OPCODE_QUERY) {
      return rejected(Rcode.NOTIMP);
    }
    try {
      return query();
    } catch (MalformedMessage _) {
      return rejected(Rcode.FORMERR);
    }
  }

  private Received query() throws MalformedMessage {
    int questions = message.readUnsignedShort();
    int ordinary = message.readUnsignedShort() + message.readUnsignedShort();
    int additional = message.readUnsignedShort();
    if (questions != 1) {
      throw new MalformedMessage();
    }
    WireName name = name();
    need(4);
    int type = message.readUnsignedShort();
    int dnsClass = message.readUnsignedShort();
    questionBytes = message.readerIndex() - start - Codes.HEADER_BYTES;
    for (int i = 0; i < ordinary; i++) {
      record(false);
    }
    for (int i = 0; i < additional; i++) {
      record(true);
    }
    if (badVersion) {
      return rejected(Rcode.BADVERS);
    }
    if (message.isReadable()) {
      throw new MalformedMessage();
    }
    return new Received.Query(id, answerFlags(), questionBytes, edns, name, type, dnsClass);
  }

  private Received rejected(Rcode rcode) {
    return new Received.Rejected(id, answerFlags(), questionBytes, edns, rcode);
  }

  private int answerFlags() {
    return flags & (Codes.OPCODE_MASK << Codes.OPCODE_SHIFT | Codes.FLAG_RECURSION_DESIRED);
  }

  /** The name of the question, in lower case (RFC 4343); pointers have nothing to point to here. */
  private WireName name() throws MalformedMessage {
    StringBuilder octets = new StringBuilder(64);
    while (true) {
      need(1);
      int length = message.readUnsignedByte();
      octets.append((char) length);
      if (length == 0) {
        return new WireName(octets.toString());
      }
      if (length > WireName.LABEL_MAX || octets.length() + length >= WireName.LENGTH_MAX) {
        throw new MalformedMessage();
      }
      need(length);
      for (int i = 0; i < length; i++) {
        int octet = message.readUnsignedByte();
        octets.append((char) (octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet));
      }
    }
  }

  private void record(boolean additional) throws MalformedMessage {
    boolean atRoot = skipName();
    need(RECORD_FIXED_BYTES);
    int type = message.readUnsignedShort();
    int payloadBytes = message.readUnsignedShort();
    message.skipBytes(1); // the upper bits of a response's code
    int version = message.readUnsignedByte();
    int ednsFlags = message.readUnsignedShort();
    int dataBytes = message.readUnsignedShort();
    need(dataBytes);
    ByteBuf data = message.readSlice(dataBytes);
    if (type != Codes.TYPE_OPT) {
      return;
    }
    if (!additional || !atRoot || edns != null) {
      throw new MalformedMessage();
    }
    boolean dnssecOk = (ednsFlags & EDNS_DNSSEC_OK) != 0;
    // Set before the options are read: a response to broken ones has an OPT record all the same.
    edns = new Edns(payloadBytes, dnssecOk, null);
    if (version != 0) {
      badVersion = true;
    } else {
      edns = new Edns(payloadBytes, dnssecOk, subnet(data));
    }
  }

  /** Skips a name that may end in a pointer; returns whether it is the root. */
  private boolean skipName() throws MalformedMessage {
    need(1);
    int length = message.readUnsignedByte();
    boolean atRoot = length == 0;
    while (length != 0) {
      if ((length & POINTER) == POINTER) {
        need(1);
        message.skipBytes(1);
        return false;
      }
      if (length > WireName.LABEL_MAX) {
        throw new MalformedMessage();
      }
      need(length + 1);
      message.skipBytes(length);
      length = message.readUnsignedByte();
    }
    return atRoot;
  }

  private static @Nullable ClientSubnet subnet(ByteBuf options) throws MalformedMessage {
    ClientSubnet subnet = null;
    while (options.isReadable()) {
      if (options.readableBytes() < 4) {
        throw new MalformedMessage();
      }
      int code = options.readUnsignedShort();
      int length = options.readUnsignedShort();
      if (options.readableBytes() < length) {
        throw new MalformedMessage();
      }
      ByteBuf option = options.readSlice(length);
      if (code == Codes.OPTION_CLIENT_SUBNET) {
        if (subnet != null) {
          throw new MalformedMessage();
        }
        subnet = ClientSubnet.read(option);
      }
    }
    return subnet;
  }

  private void need(int bytes) throws MalformedMessage {
    if (message.readableBytes() < bytes) {
      throw new MalformedMessage();
    }
  }
}
