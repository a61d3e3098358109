package io.nearcast.control.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The files of the page. It is plain HTML, CSS and JavaScript without anything from elsewhere, and
 * asks the REST API with a token that the person enters, so that the files themselves are open to
 * all.
 */
public final class Dashboard {
  /** Allows what the page has and nothing else; in particular nothing inline. */
  public static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final String SVG = "image/svg+xml";

  private Dashboard() {}

  /**
   * One file.
   *
   * @param path where it is served
   * @param contentType its media type
   * @param bytes what it has; not to be changed by anybody
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Asset(String path, String contentType, byte[] bytes) {}

  /** All files. */
  public static List<Asset> assets() {
    return List.of(
        asset("/", "index.html", "text/html; charset=utf-8"),
        asset("/dashboard.css", "dashboard.css", "text/css; charset=utf-8"),
        asset("/dashboard.js", "dashboard.js", "text/javascript; charset=utf-8"),
        asset("/favicon.svg", "favicon.svg", SVG),
        asset("/favicon.ico", "favicon.svg", SVG));
  }

  private static Asset asset(String path, String file, String contentType) {
    try (InputStream in = Dashboard.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + file);
      }
      return new Asset(path, contentType, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
