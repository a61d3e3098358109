package io.nearcast.router.http;

import io.nearcast.router.geo.Prefix;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose request it is. What {@code Forwarded} (RFC 7239) or else {@code X-Forwarded-For} says
 * counts only as far as it was said by a trusted proxy: from the connection backwards, each address
 * that is trusted vouches for the one before.
 */
final class ClientAddress {
  /** More hops than this are not looked at. */
  private static final int HOPS_MAX = 32;

  private final List<Prefix> trusted;

  /**
   * @param trusted networks of proxies whose word counts
   */
  ClientAddress(List<Prefix> trusted) {
    this.trusted = List.copyOf(trusted);
  }

  /** The client of a request: the peer itself, or whom trusted proxies name. */
  Prefix of(Ask ask) {
    Prefix client = Prefix.of(ask.peer());
    if (trusted.isEmpty()) {
      return client;
    }
    List<String> hops = hops(ask.headers());
    for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
      Prefix before = address(hops.get(i));
      if (before == null) {
        break; // "unknown", a made-up name, or nonsense: the last known one counts
      }
      client = before;
    }
    return client;
  }

  private boolean isTrusted(Prefix address) {
    return trusted.stream().anyMatch(network -> network.contains(address));
  }

  private static List<String> hops(HttpHeaders headers) {
    List<String> hops = new ArrayList<>();
    List<String> forwarded = headers.getAll("Forwarded");
    if (!forwarded.isEmpty()) {
      for (String element : String.join(",", forwarded).split(",", -1)) {
        hops.add(forParameter(element));
      }
    } else {
      for (String value : headers.getAll("X-Forwarded-For")) {
        hops.addAll(List.of(value.split(",", -1)));
      }
    }
    return hops.subList(Math.max(0, hops.size() - HOPS_MAX), hops.size());
  }

  private static String forParameter(String element) {
    for (String pair : element.split(";", -1)) {
      String parameter = pair.strip();
      if (parameter.regionMatches(true, 0, "for=", 0, 4)) {
        String value = parameter.substring(4);
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
      }
    }
    return "unknown";
  }

  /** An address, perhaps with a port, an IPv6 address perhaps in brackets; else null. */
  private static @Nullable Prefix address(String hop) {
    String text = hop.strip();
    int bracket = text.indexOf(']');
    if (text.startsWith("[") && bracket > 0) {
      text = text.substring(1, bracket);
    } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
      text = text.substring(0, text.indexOf(':'));
    }
    try {
      return Prefix.of(Prefix.parseAddress(text));
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
