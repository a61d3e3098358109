package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A server that the content of a service comes from.
 *
 * @param name unique within the service
 * @param url scheme ({@code http} or {@code https}), host and port; a path is not allowed
 * @param backup whether it is asked only when no other origin can answer
 * @param healthCheck how its health is asked for, or null for no active check
 */
public record Origin(String name, URI url, boolean backup, @Nullable HealthCheck healthCheck) {

  /**
   * Checks the name and the URL.
   *
   * @throws InvalidField if either cannot work
   */
  public Origin {
    Names.checkName("/name", name);
    String scheme = url.getScheme();
    check(
        "http".equals(scheme) || "https".equals(scheme),
        "/url",
        "must begin with http:// or https://");
    check(url.getHost() != null, "/url", "has no host: write http://HOST[:PORT]");
    String path = url.getRawPath();
    check(
        (path == null || path.isEmpty() || path.equals("/"))
            && url.getRawQuery() == null
            && url.getRawFragment() == null
            && url.getRawUserInfo() == null,
        "/url",
        "must be scheme, host and port only: write http://HOST[:PORT]");
    check(url.getPort() != 0 && url.getPort() <= 65_535, "/url", "has a port out of 1 to 65535");
  }

  /** Whether the origin is reached through TLS. */
  public boolean secure() {
    return "https".equals(url.getScheme());
  }

  /** The TCP port, the scheme's own where the URL names none. */
  public int port() {
    return url.getPort() > 0 ? url.getPort() : secure() ? 443 : 80;
  }
}
