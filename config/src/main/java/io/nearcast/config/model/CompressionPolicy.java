package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.bounded;
import static io.nearcast.config.model.Checks.check;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which responses an edge compresses for clients. Without codings it compresses none; the rest then
 * means nothing, so that there is one such policy: {@link #OFF}.
 *
 * @param types media types in lower case, without parameters; one {@code *} in each stands for any
 *     characters, as in {@code text/*} and <code>application/*+json</code>
 * @param minSize the shortest body that is compressed
 * @param codings what it is compressed with, the most preferred first
 */
public record CompressionPolicy(List<String> types, Size minSize, List<Coding> codings) {

  /** The most types that a policy may name. */
  public static final int TYPES_MAX = 100;

  /** The largest value of {@code minSize}: no longer body is compressed whatever is said. */
  public static final long SIZE_MAX = 16L << 20;

  // Before the constants, whose constructor uses it.
  private static final Pattern TYPE = Pattern.compile("[a-z0-9!#$&^_.+*-]+/[a-z0-9!#$&^_.+*-]+");

  /** Nothing is compressed. */
  public static final CompressionPolicy OFF =
      new CompressionPolicy(List.of(), new Size(0), List.of());

  /** What holds where a document says nothing: types that profit, from 1 KiB, all codings. */
  public static final CompressionPolicy DEFAULT =
      new CompressionPolicy(
          List.of(
              "text/*",
              "application/json",
              "application/*+json",
              "application/javascript",
              "application/x-javascript",
              "application/ecmascript",
              "application/x-ndjson",
              "application/xml",
              "application/*+xml",
              "application/wasm",
              "application/vnd.apple.mpegurl",
              "application/vnd.ms-fontobject",
              "application/x-font-ttf",
              "font/ttf",
              "font/otf",
              "font/collection",
              "image/svg+xml",
              "image/bmp",
              "image/x-icon",
              "image/vnd.microsoft.icon",
              "model/gltf+json"),
          new Size(1024),
          Coding.ALL);

  /**
   * Checks and copies the lists.
   *
   * @throws InvalidField if a list is too long, a type is none, a coding stands twice, or the size
   *     is above {@link #SIZE_MAX}
   */
  public CompressionPolicy {
    if (codings.isEmpty()) {
      types = List.of();
      minSize = new Size(0);
    }
    types =
        bounded("/types", types, codings.isEmpty() ? 0 : 1, TYPES_MAX).stream()
            .map(type -> type.toLowerCase(Locale.ROOT))
            .toList();
    for (int i = 0; i < types.size(); i++) {
      String type = types.get(i);
      check(
          TYPE.matcher(type).matches() && type.indexOf('*') == type.lastIndexOf('*'),
          "/types/" + i,
          "is not a media type: write type/subtype with at most one *, as in text/*");
    }
    check(
        minSize.bytes() <= SIZE_MAX,
        "/minSize",
        "is above " + new Size(SIZE_MAX).text() + ", the longest body that is compressed");
    codings = List.copyOf(codings);
    check(
        new HashSet<>(codings).size() == codings.size(),
        "/codings",
        "names one twice: leave one out");
  }

  /** Whether nothing is compressed. */
  public boolean off() {
    return codings.isEmpty();
  }
}
