package io.nearcast.edge.upstream;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A name server on loopback that knows one set of IPv4 addresses for all names, or none. */
final class NameServer implements AutoCloseable {
  private final DatagramSocket socket;
  private final AtomicInteger queries = new AtomicInteger();
  private final int ttlSeconds;
  private volatile List<String> addresses;
  private volatile boolean silent;

  private NameServer(DatagramSocket socket, int ttlSeconds, List<String> addresses) {
    this.socket = socket;
    this.ttlSeconds = ttlSeconds;
    this.addresses = addresses;
  }

  static NameServer start(int ttlSeconds, String... addresses) {
    try {
      DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
      NameServer server = new NameServer(socket, ttlSeconds, List.of(addresses));
      Thread.ofVirtual().start(server::serve);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /** How many questions for IPv4 addresses have come. */
  int queries() {
    return queries.get();
  }

  /** From now on there are no such names. */
  void forget() {
    addresses = List.of();
  }

  /** From now on there is no answer. */
  void fallSilent() {
    silent = true;
  }

  private void serve() {
    byte[] bytes = new byte[512];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        socket.receive(packet);
        if (silent) {
          continue;
        }
        byte[] answer = answer(bytes);
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      }
    } catch (IOException e) {
      socket.close();
    }
  }

  /** The header and the question as they came, and the addresses (RFC 1035 section 4.1). */
  private byte[] answer(byte[] query) throws IOException {
    int end = 12;
    while (query[end] != 0) {
      end += query[end] + 1;
    }
    end += 5;
    boolean ipv4 = query[end - 3] == 1;
    if (ipv4) {
      queries.incrementAndGet();
    }
    List<String> found = ipv4 ? addresses : List.of();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(answer);
    out.write(query, 0, 2);
    out.writeShort(0x8400 | (addresses.isEmpty() ? 3 : 0));
    out.writeShort(1);
    out.writeShort(found.size());
    out.writeInt(0);
    out.write(query, 12, end - 12);
    for (String address : found) {
      out.writeShort(0xc00c);
      out.writeShort(1);
      out.writeShort(1);
      out.writeInt(ttlSeconds);
      out.writeShort(4);
      out.write(InetAddress.ofLiteral(address).getAddress());
    }
    return answer.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
