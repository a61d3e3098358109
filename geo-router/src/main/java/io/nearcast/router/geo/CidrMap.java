package io.nearcast.router.geo;

import io.nearcast.config.model.Names;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operator's own map from networks to PoPs: lines of {@code CIDR POP}, {@code #} begins a
 * comment. The most specific network that holds an address counts.
 *
 * <p>Immutable.
 */
public final class CidrMap {
  /** The map that knows nothing. */
  public static final CidrMap EMPTY = new CidrMap(List.of());

  /** The most entries that a file may have. */
  public static final int ENTRIES_MAX = 1_000_000;

  private final CidrTrie ipv4 = new CidrTrie();
  private final CidrTrie ipv6 = new CidrTrie();
  private final List<String> pops = new ArrayList<>();
  private final int size;

  /**
   * One line of the map.
   *
   * @param network the network
   * @param pop the PoP that its clients are to use
   */
  public record Entry(Prefix network, String pop) {}

  /**
   * What the map says of an address.
   *
   * @param pop the PoP, null where no entry holds the address
   * @param uniform how many bits of the address decided: all that share them get the same answer
   */
  record Match(@Nullable String pop, int uniform) {}

  private CidrMap(List<Entry> entries) {
    Map<String, Integer> numbers = new HashMap<>();
    for (Entry entry : entries) {
      Integer number = numbers.get(entry.pop());
      if (number == null) {
        number = pops.size();
        numbers.put(entry.pop(), number);
        pops.add(entry.pop());
      }
      trie(entry.network()).put(entry.network(), number);
    }
    this.size = entries.size();
  }

  /** A map of these entries; of two with the same network the later counts. */
  public static CidrMap of(List<Entry> entries) {
    return new CidrMap(entries);
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if a line is wrong, with its number and what to write
   * @throws IOException if the file cannot be read as UTF-8 text
   */
  public static CidrMap read(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Map<Prefix, Integer> seen = new HashMap<>();
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        Entry entry = entry(file, number, line);
        if (entry == null) {
          continue;
        }
        Integer before = seen.put(entry.network(), number);
        if (before != null) {
          throw wrong(file, number, "the network stands in line " + before + " too: keep one");
        }
        entries.add(entry);
        if (entries.size() > ENTRIES_MAX) {
          throw wrong(file, number, "has more than " + ENTRIES_MAX + " entries: join networks");
        }
      }
    }
    return new CidrMap(entries);
  }

  private static @Nullable Entry entry(Path file, int number, String line) {
    int comment = line.indexOf('#');
    String text = (comment < 0 ? line : line.substring(0, comment)).strip();
    if (text.isEmpty()) {
      return null;
    }
    String[] fields = text.split("\\s+", -1);
    if (fields.length != 2) {
      throw wrong(file, number, "write a network and a PoP, as in 203.0.113.0/24 fra");
    }
    try {
      Names.checkName("PoP \"" + fields[1] + "\"", fields[1]);
      return new Entry(Prefix.parse(fields[0]), fields[1]);
    } catch (IllegalArgumentException e) {
      throw wrong(file, number, e.getMessage());
    }
  }

  private static IllegalArgumentException wrong(Path file, int number, @Nullable String detail) {
    return new IllegalArgumentException(file + " line " + number + ": " + detail);
  }

  /** How many entries it has. */
  public int size() {
    return size;
  }

  Match find(Prefix address) {
    CidrTrie.Found found = trie(address).find(address);
    return new Match(
        found.value() == CidrTrie.NONE ? null : pops.get(found.value()), found.uniform());
  }

  private CidrTrie trie(Prefix network) {
    return network.ipv4() ? ipv4 : ipv6;
  }
}
