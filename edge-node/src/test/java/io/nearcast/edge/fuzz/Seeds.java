package io.nearcast.edge.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nearcast.edge.corpus.Corpus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What fuzzing begins with: the corpus, and all that it has ever found. */
public final class Seeds {
  private Seeds() {}

  /**
   * Writes the seeds of a side into files of their own, for Jazzer.
   *
   * @param args {@code requests} or {@code responses}, and a folder that is there
   */
  public static void main(String[] args) throws IOException {
    List<byte[]> seeds = args[0].equals("requests") ? requests() : responses();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(Path.of(args[1], "seed-" + i), seeds.get(i));
    }
  }

  static List<byte[]> requests() {
    return of(Corpus.requests(), "requests");
  }

  static List<byte[]> responses() {
    return of(Corpus.responses(), "responses");
  }

  private static List<byte[]> of(List<Corpus.Entry> entries, String side) {
    List<byte[]> seeds = new ArrayList<>(Corpus.found(side));
    entries.forEach(entry -> seeds.add(entry.bytes("/p")));
    return seeds;
  }

  /** The words of {@code http.dict}, which is a dictionary of libFuzzer. */
  static List<String> words() {
    try (InputStream in = Objects.requireNonNull(Seeds.class.getResourceAsStream("http.dict"))) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> line.startsWith("\""))
          .map(line -> line.substring(1, line.length() - 1))
          .map(line ->
              line.replace("\\x0d", "\r")
                  .replace("\\x0a", "\n")
                  .replace("\\x0b", "\u000b")
                  .replace("\\x22", "\""))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
