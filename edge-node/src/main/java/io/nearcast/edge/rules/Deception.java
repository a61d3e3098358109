package io.nearcast.edge.rules;

import java.util.Locale;
import java.util.Set;

/**
 * Suspects web cache deception: somebody lures a user to {@code /account.php/x.css}, the origin
 * answers with the user's account page, and a cache that keeps "style sheets" hands it to whoever
 * asks next.
 */
final class Deception {
  /** Extensions of files that are the same for everybody, and are no pages and no data. */
  private static final Set<String> STATIC =
      Set.of(
          "css", "js", "mjs", "png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp",
          "tif", "tiff", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "m4a", "m4v", "webm",
          "ogg", "wav", "avi", "mov", "pdf", "zip", "gz", "bz2", "xz", "zst", "7z", "rar", "tar",
          "jar", "exe", "dmg", "iso", "apk", "swf");

  /** Types of what is made for a user. */
  private static final Set<String> PAGES_AND_DATA =
      Set.of(
          "text/html",
          "application/xhtml+xml",
          "application/json",
          "text/json",
          "application/xml",
          "text/xml");

  private Deception() {}

  /** Whether a success came as a page or as data although its path ends as a static file's does. */
  static boolean suspected(RequestHead request, ResponseHead response) {
    String type = response.fields().first("Content-Type");
    if (type == null || response.status() >= 300) {
      return false;
    }
    return STATIC.contains(extension(request.target())) && madeForUsers(mediaType(type));
  }

  /** A page or data, also in a format that is built on JSON (RFC 6839), such as HAL. */
  private static boolean madeForUsers(String mediaType) {
    return PAGES_AND_DATA.contains(mediaType) || mediaType.endsWith("+json");
  }

  private static String mediaType(String contentType) {
    int semicolon = contentType.indexOf(';');
    String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    return type.strip().toLowerCase(Locale.ROOT);
  }

  /**
   * What stands after the last dot of the path's last segment, in lower case; empty without one.
   */
  private static String extension(String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    int dot = path.lastIndexOf('.');
    return dot > path.lastIndexOf('/') ? path.substring(dot + 1).toLowerCase(Locale.ROOT) : "";
  }
}
