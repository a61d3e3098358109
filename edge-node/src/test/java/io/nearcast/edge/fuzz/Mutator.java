package io.nearcast.edge.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.random.RandomGenerator;

/** Damages messages in the ways in which parsers come to differ. */
final class Mutator {
  private static final int LENGTH_MAX = 2 * 1024;
  private static final String SPICE =
      "\r\n\0 \t:;,=\"#/?*0159afAF+-xX\u000b\u007f\u0085\u00a0\u00ff";

  private final List<byte[]> seeds;
  private final List<String> words;
  private final RandomGenerator random;

  /**
   * @param words what is put in beside single bytes
   */
  Mutator(List<byte[]> seeds, List<String> words, RandomGenerator random) {
    // Damage to what is beyond a limit is mostly not seen, and takes its time.
    this.seeds = seeds.stream().filter(seed -> seed.length <= LENGTH_MAX).toList();
    this.words = words;
    this.random = random;
  }

  /** One of the seeds, damaged in one to four places. */
  byte[] next() {
    StringBuilder text = new StringBuilder(seed());
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      change(text);
    }
    text.setLength(Math.min(text.length(), LENGTH_MAX));
    return text.toString().getBytes(ISO_8859_1);
  }

  private String seed() {
    return new String(seeds.get(random.nextInt(seeds.size())), ISO_8859_1);
  }

  private void change(StringBuilder text) {
    int at = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), at + 1 + random.nextInt(24));
    switch (random.nextInt(11)) {
      case 0 -> text.replace(at, Math.min(text.length(), at + 1), spice());
      case 1 -> text.insert(at, spice());
      case 2 -> text.delete(at, Math.min(text.length(), at + 1));
      case 3 -> text.delete(at, to);
      case 4 -> text.insert(at, text.substring(at, to));
      case 5 -> text.insert(at, words.get(random.nextInt(words.size())));
      case 6 -> text.replace(at, to, words.get(random.nextInt(words.size())));
      case 7 -> text.append(seed());
      case 8 -> splice(text, at);
      case 9 -> line(text);
      default -> text.setLength(at);
    }
  }

  private String spice() {
    return String.valueOf(SPICE.charAt(random.nextInt(SPICE.length())));
  }

  /** The beginning of this, the end of another. */
  private void splice(StringBuilder text, int at) {
    String other = seed();
    text.setLength(at);
    text.append(other, random.nextInt(other.length() + 1), other.length());
  }

  /** Repeats one of its lines elsewhere. */
  private void line(StringBuilder text) {
    String[] lines = text.toString().split("(?<=\n)", -1);
    String again = lines[random.nextInt(lines.length)];
    int before = random.nextInt(lines.length);
    text.setLength(0);
    for (int i = 0; i < lines.length; i++) {
      text.append(i == before ? again : "").append(lines[i]);
    }
  }
}
