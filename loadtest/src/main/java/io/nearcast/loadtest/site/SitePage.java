package io.nearcast.loadtest.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One file of the site as it is served. Immutable, but for the bytes, which nobody writes to. */
final class SitePage {
  /** A CDN that can be purged keeps pages long; a browser, which cannot be, asks each time. */
  private static final String PAGE_LIFETIME = "public, max-age=0, s-maxage=3600";

  private static final String ASSET_LIFETIME = "public, max-age=300, s-maxage=86400";

  private static final Map<String, Kind> KINDS =
      Map.ofEntries(
          Map.entry("html", new Kind("html", "text/html; charset=utf-8")),
          Map.entry("css", new Kind("css", "text/css; charset=utf-8")),
          Map.entry("js", new Kind("js", "text/javascript; charset=utf-8")),
          Map.entry("json", new Kind("data", "application/json")),
          Map.entry("txt", new Kind("text", "text/plain; charset=utf-8")),
          Map.entry("svg", new Kind("image", "image/svg+xml")),
          Map.entry("png", new Kind("image", "image/png")),
          Map.entry("jpg", new Kind("image", "image/jpeg")),
          Map.entry("jpeg", new Kind("image", "image/jpeg")),
          Map.entry("gif", new Kind("image", "image/gif")),
          Map.entry("webp", new Kind("image", "image/webp")),
          Map.entry("ico", new Kind("image", "image/x-icon")),
          Map.entry("woff", new Kind("font", "font/woff")),
          Map.entry("woff2", new Kind("font", "font/woff2")),
          Map.entry("ttf", new Kind("font", "font/ttf")),
          Map.entry("eot", new Kind("font", "application/vnd.ms-fontobject")));

  private static final Kind OTHER = new Kind("other", "application/octet-stream");

  private record Kind(String tag, String type) {}

  private final byte[] content;
  private final Kind kind;
  private final String place;
  private final Instant modified;

  private SitePage(byte[] content, Kind kind, String place, Instant modified) {
    this.content = content;
    this.kind = kind;
    this.place = place;
    this.modified = modified;
  }

  /**
   * Reads a page of the site anew, so that an edit is seen by the next request.
   *
   * @param directory the site's folder
   * @param path the decoded path of the request, beginning with a slash
   * @return null where the site has no such file, or where the path leads out of the folder
   * @throws IOException if the file is there but cannot be read
   */
  static @Nullable SitePage read(Path directory, String path) throws IOException {
    if (path.indexOf('\0') >= 0 || path.contains("/.")) {
      return null;
    }
    String relative = path.substring(1) + (path.endsWith("/") ? "index.html" : "");
    Path file = directory.resolve(relative).normalize();
    if (!file.startsWith(directory) || !Files.isRegularFile(file)) {
      return null;
    }
    return new SitePage(
        Files.readAllBytes(file),
        KINDS.getOrDefault(extension(relative), OTHER),
        place(relative),
        Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS));
  }

  /** The bytes; the caller only reads them. */
  byte[] content() {
    return content;
  }

  /** The {@code Content-Type}. */
  String type() {
    return kind.type;
  }

  /** When the file was written, in whole seconds as HTTP has it. */
  Instant modified() {
    return modified;
  }

  /** How long browsers and caches may keep it. */
  String cacheControl() {
    return kind.tag.equals("html") ? PAGE_LIFETIME : ASSET_LIFETIME;
  }

  /**
   * The {@code Surrogate-Key}: {@code site}, the kind ({@code html}, {@code css}, ...), and {@code
   * page-NAME} or {@code dir-NAME}.
   */
  String tags() {
    return "site " + kind.tag + " " + place;
  }

  /** A strong {@code ETag} made from the bytes, with its quotes. */
  String entityTag() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return '"' + HexFormat.of().formatHex(digest, 0, 8) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static String extension(String path) {
    return path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** A page's own tag at the top, the first folder's below it. */
  private static String place(String relative) {
    int slash = relative.indexOf('/');
    if (slash >= 0) {
      return "dir-" + relative.substring(0, slash);
    }
    int dot = relative.lastIndexOf('.');
    return "page-" + (dot < 0 ? relative : relative.substring(0, dot));
  }
}
