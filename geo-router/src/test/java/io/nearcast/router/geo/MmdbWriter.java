package io.nearcast.router.geo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes small databases in MaxMind's format (specification 2.0, records of 32 bits), for tests.
 * IPv4 networks stand at ::/96 of a tree for IPv6.
 */
public final class MmdbWriter {
  private static final int TYPE_STRING = 2;
  private static final int TYPE_DOUBLE = 3;
  private static final int TYPE_UINT16 = 5;
  private static final int TYPE_UINT32 = 6;
  private static final int TYPE_MAP = 7;
  private static final int TYPE_UINT64 = 9;
  private static final int TYPE_ARRAY = 11;
  private static final byte[] MARKER =
      "\u00ab\u00cd\u00efMaxMind.com".getBytes(StandardCharsets.ISO_8859_1);

  private final int ipVersion;
  private final List<int[]> nodes = new ArrayList<>();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  /** Begins an empty database for IPv4 (4) or both (6). */
  public MmdbWriter(int ipVersion) {
    this.ipVersion = ipVersion;
    nodes.add(new int[2]);
  }

  /** Puts a record at a network: nested maps, strings and numbers. More specific ones first. */
  public MmdbWriter put(String network, Map<String, ?> fields) {
    int pointer = -(data.size() + 1);
    encode(data, fields);
    Prefix prefix = Prefix.parse(network);
    List<Integer> bits = new ArrayList<>();
    if (ipVersion == 6 && prefix.ipv4()) {
      for (int i = 0; i < 96; i++) {
        bits.add(0);
      }
    }
    for (int i = 0; i < prefix.length(); i++) {
      bits.add(prefix.bit(i));
    }
    int node = 0;
    for (int i = 0; i < bits.size() - 1; i++) {
      int child = nodes.get(node)[bits.get(i)];
      if (child <= 0) {
        int outer = child;
        child = nodes.size();
        nodes.add(new int[] {outer, outer});
        nodes.get(node)[bits.get(i)] = child;
      }
      node = child;
    }
    fill(node, bits.getLast(), pointer);
    return this;
  }

  /** Sets all that is still empty below one branch. */
  private void fill(int node, int bit, int pointer) {
    int child = nodes.get(node)[bit];
    if (child > 0) {
      fill(child, 0, pointer);
      fill(child, 1, pointer);
    } else if (child == 0) {
      nodes.get(node)[bit] = pointer;
    }
  }

  /** Writes the file. */
  public Path write(Path file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int[] node : nodes) {
      ByteBuffer record = ByteBuffer.allocate(8);
      for (int child : node) {
        // 0: nothing here; below 0: data, which begins after 16 zero bytes.
        record.putInt(
            child == 0 ? nodes.size() : child > 0 ? child : nodes.size() + 16 + (-child - 1));
      }
      out.write(record.array());
    }
    out.write(new byte[16]);
    out.write(data.toByteArray());
    out.write(MARKER);
    encode(
        out,
        new TreeMap<>(
            Map.of(
                "binary_format_major_version", new Unsigned(TYPE_UINT16, 2),
                "binary_format_minor_version", new Unsigned(TYPE_UINT16, 0),
                "build_epoch", new Unsigned(TYPE_UINT64, 1),
                "database_type", "Test",
                "description", Map.of("en", "test"),
                "ip_version", new Unsigned(TYPE_UINT16, ipVersion),
                "languages", List.of("en"),
                "node_count", new Unsigned(TYPE_UINT32, nodes.size()),
                "record_size", new Unsigned(TYPE_UINT16, 32))));
    return Files.write(file, out.toByteArray());
  }

  private record Unsigned(int type, long value) {}

  private static void encode(ByteArrayOutputStream out, Object value) {
    switch (value) {
      case String text -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        control(out, TYPE_STRING, bytes.length);
        out.writeBytes(bytes);
      }
      case Double number -> {
        control(out, TYPE_DOUBLE, 8);
        out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
      }
      case Unsigned(int type, long number) -> {
        byte[] bytes = ByteBuffer.allocate(8).putLong(number).array();
        int length = type == TYPE_UINT16 ? 2 : type == TYPE_UINT32 ? 4 : 8;
        control(out, type, length);
        out.write(bytes, 8 - length, length);
      }
      case Map<?, ?> map -> {
        control(out, TYPE_MAP, map.size());
        map.forEach((key, field) -> {
          encode(out, key);
          encode(out, field);
        });
      }
      case List<?> list -> {
        control(out, TYPE_ARRAY, list.size());
        list.forEach(element -> encode(out, element));
      }
      default -> throw new IllegalArgumentException("cannot encode " + value);
    }
  }

  private static void control(ByteArrayOutputStream out, int type, int size) {
    if (size >= 29) {
      throw new IllegalArgumentException("only short values are needed");
    }
    if (type < 8) {
      out.write(type << 5 | size);
    } else {
      out.write(size);
      out.write(type - 7);
    }
  }
}
