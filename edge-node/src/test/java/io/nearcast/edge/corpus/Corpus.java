package io.nearcast.edge.corpus;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Raw messages and what must come of them, read from the text files beside this class. README.txt
 * there says how they are written.
 */
public final class Corpus {
  private static final String TITLE = "=== ";

  private Corpus() {}

  /** A line of a message's header: what it says about what. */
  public record Line(String name, String value) {}

  /**
   * One message.
   *
   * @param file where it stands
   * @param raw its bytes, as they are written
   */
  public record Entry(String file, String title, List<Line> header, String raw) {

    /** The bytes, where {@code {path}} stands for this path. */
    public byte[] bytes(String path) {
      return Corpus.bytes(raw.replace("{path}", path));
    }

    /** What the header says about a name, one string for each line. */
    public List<String> all(String name) {
      return header.stream().filter(line -> line.name().equals(name)).map(Line::value).toList();
    }

    /** What the header says about a name, or else. */
    public String get(String name, String otherwise) {
      List<String> all = all(name);
      if (all.size() > 1) {
        throw new IllegalArgumentException(this + " has more than one line " + name);
      }
      return all.isEmpty() ? otherwise : all.getFirst();
    }

    /**
     * What the header says about a name.
     *
     * @throws IllegalArgumentException if it says nothing
     */
    public String get(String name) {
      String value = get(name, null);
      if (value == null) {
        throw new IllegalArgumentException(this + " has no line " + name);
      }
      return value;
    }

    @Override
    public String toString() {
      return file + ": " + title;
    }
  }

  /** The messages that clients send. */
  public static List<Entry> requests() {
    return folder("requests");
  }

  /** The messages that origins answer with. */
  public static List<Entry> responses() {
    return folder("responses");
  }

  /** Bytes of messages in which fuzzing once found a mistake, as they came. */
  public static List<byte[]> found(String side) {
    try (Stream<Path> files = Files.list(path("found").resolve(side))) {
      List<byte[]> all = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        all.add(Files.readAllBytes(file));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path path(String name) {
    try {
      return Path.of(Objects.requireNonNull(Corpus.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Entry> folder(String name) {
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.list(path(name))) {
      for (Path file : files.sorted().toList()) {
        read(file, entries);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  private static void read(Path file, List<Entry> into) throws IOException {
    String name = file.getFileName().toString();
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    for (int at = 0; at < lines.size(); ) {
      if (!lines.get(at).startsWith(TITLE)) {
        at++;
        continue;
      }
      String title = lines.get(at++).substring(TITLE.length());
      List<Line> header = new ArrayList<>();
      for (; !lines.get(at).equals("---"); at++) {
        int colon = lines.get(at).indexOf(": ");
        if (colon < 0) {
          throw new IllegalArgumentException(
              name + ": '" + title + "' has the line '" + lines.get(at) + "': write NAME: VALUE");
        }
        header.add(new Line(lines.get(at).substring(0, colon), lines.get(at).substring(colon + 2)));
      }
      StringBuilder raw = new StringBuilder();
      for (at++; at < lines.size() && !lines.get(at).startsWith(TITLE); at++) {
        raw.append(lines.get(at));
      }
      into.add(new Entry(name, title, List.copyOf(header), raw.toString()));
    }
  }

  /** The bytes that a text with escapes stands for. */
  public static byte[] bytes(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.write(c);
        continue;
      }
      char kind = text.charAt(++i);
      switch (kind) {
        case 'r' -> out.write('\r');
        case 'n' -> out.write('\n');
        case 't' -> out.write('\t');
        case '\\' -> out.write('\\');
        case 'x' -> {
          out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
          i += 2;
        }
        case '{' -> {
          int times = text.indexOf('*', i);
          int end = text.indexOf('}', i);
          byte[] repeated = bytes(text.substring(times + 1, end));
          for (int n = Integer.parseInt(text.substring(i + 1, times)); n > 0; n--) {
            out.writeBytes(repeated);
          }
          i = end;
        }
        default -> throw new IllegalArgumentException("unknown escape \\" + kind + " in " + text);
      }
    }
    return out.toByteArray();
  }
}
