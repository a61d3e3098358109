package io.nearcast.control.store.consul;

import io.nearcast.config.launch.StartFailure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where Consul is, and where in it Nearcast's keys are.
 *
 * @param agents the agents of one cluster, scheme and authority only; the next one is asked where
 *     one does not answer. At least 1, at most {@value #AGENTS_MAX}
 * @param prefix of all keys, without a slash at either end
 * @param token Consul's ACL token, or null for none
 */
public record ConsulAddress(List<URI> agents, String prefix, @Nullable String token) {
  /** The most agents that can be named. */
  public static final int AGENTS_MAX = 16;

  private static final String PREFIX = "nearcast";

  /** Copies the list. */
  public ConsulAddress {
    agents = List.copyOf(agents);
    if (agents.isEmpty() || agents.size() > AGENTS_MAX) {
      throw new IllegalArgumentException("1 to " + AGENTS_MAX + " agents, not " + agents.size());
    }
  }

  /**
   * Reads an option.
   *
   * @param list {@code URL[,URL...]}, each {@code http} or {@code https}; a path is the prefix of
   *     all keys, {@code nearcast} where none has one
   * @param token Consul's ACL token, or null for none
   * @throws StartFailure if it cannot be read, or names two prefixes
   */
  public static ConsulAddress parse(String list, @Nullable String token) {
    List<URI> agents = new ArrayList<>();
    String prefix = "";
    for (String url : list.split(",", -1)) {
      URI uri = uri(url.strip());
      String path = uri.getPath().replaceAll("^/+|/+$", "");
      if (!prefix.isEmpty() && !path.isEmpty() && !path.equals(prefix)) {
        throw new StartFailure(
            "--consul names two prefixes, " + prefix + " and " + path + ": all agents have one");
      }
      prefix = path.isEmpty() ? prefix : path;
      agents.add(URI.create(uri.getScheme() + "://" + uri.getAuthority()));
    }
    if (agents.size() > AGENTS_MAX) {
      throw new StartFailure("--consul names more than " + AGENTS_MAX + " agents");
    }
    return new ConsulAddress(agents, prefix.isEmpty() ? PREFIX : prefix, token);
  }

  private static URI uri(String url) {
    try {
      URI uri = new URI(url);
      String scheme = Objects.requireNonNullElse(uri.getScheme(), "").toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw new StartFailure("--consul: " + e.getMessage() + ": give it as http://HOST:8500", e);
    }
    throw new StartFailure("--consul: " + url + " is no address: give it as http://HOST:8500");
  }

  /** The agents, for people. */
  @Override
  public String toString() {
    return String.join(",", agents.stream().map(URI::toString).toList()) + "/" + prefix;
  }
}
