package io.nearcast.config.feed;

import io.nearcast.config.json.InvalidDocument;
import io.nearcast.config.json.Problem;
import io.nearcast.config.model.NormalTarget;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.config.model.Service;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns what a request says into selectors, or says of each one that cannot be why. */
public final class Selectors {
  /** The most selectors that one purge may have. */
  public static final int SELECTORS_MAX = 1_000;

  /** The most bytes that a tag may have. */
  public static final int TAG_BYTES_MAX = 1_024;

  /** The most bytes that a URL or prefix may have, as in a request's head. */
  public static final int URL_BYTES_MAX = 8_192;

  private static final int PROBLEMS_MAX = 100;

  /** Scheme, host, port, and then path and query without a fragment. */
  private static final Pattern URL =
      Pattern.compile("(?i:https?)://([^/?#@:]+)(?::[0-9]{1,5})?([/?][^#]*)?");

  private static final Pattern VISIBLE = Pattern.compile("[!-~]+");

  private final Predicate<String> isDomain;
  private final String domains;
  private final List<Problem> wrong = new ArrayList<>();

  private Selectors(Predicate<String> isDomain, String domains) {
    this.isDomain = isDomain;
    this.domains = domains;
  }

  /**
   * Reads the selectors of a request.
   *
   * @param service the one that the request names
   * @throws InvalidDocument naming each selector that cannot be, of the first {@value
   *     #PROBLEMS_MAX}
   */
  public static List<Selector> of(PurgeRequest request, Service service) {
    String domains =
        ", which is no domain of the service "
            + service.name()
            + ": its domains are "
            + String.join(", ", service.domains());
    return new Selectors(service.domains()::contains, domains).all(request);
  }

  /**
   * Reads the selectors of a request to a node that serves any host.
   *
   * @throws InvalidDocument naming each selector that cannot be
   */
  public static List<Selector> ofAnyHost(PurgeRequest request) {
    return new Selectors(_ -> true, "").all(request);
  }

  private List<Selector> all(PurgeRequest request) {
    checkOne(request);
    List<Selector> all = read(request);
    if (!wrong.isEmpty()) {
      throw new InvalidDocument(false, wrong.subList(0, Math.min(PROBLEMS_MAX, wrong.size())));
    }
    return all;
  }

  private static void checkOne(PurgeRequest request) {
    int kinds = request.everything() ? 1 : 0;
    for (Object list :
        new @Nullable Object[] {
          request.urls(), request.tags(), request.prefixes(), request.hosts()
        }) {
      kinds += list == null ? 0 : 1;
    }
    if (kinds != 1) {
      throw new InvalidDocument(
          false,
          List.of(
              new Problem(
                  "", "must have exactly one of urls, tags, prefixes, hosts, everything: true")));
    }
  }

  private List<Selector> read(PurgeRequest request) {
    if (request.urls() != null) {
      return each(
          "/urls", request.urls(), (pointer, text) -> url(pointer, text, Selector.Url::new));
    }
    if (request.prefixes() != null) {
      return each(
          "/prefixes",
          request.prefixes(),
          (pointer, text) -> url(pointer, text, Selector.Prefix::new));
    }
    if (request.tags() != null) {
      return each("/tags", request.tags(), this::tag);
    }
    if (request.hosts() != null) {
      return each("/hosts", request.hosts(), this::host);
    }
    return List.of(new Selector.Everything());
  }

  private List<Selector> each(
      String pointer, List<String> texts, BiFunction<String, String, @Nullable Selector> reader) {
    if (texts.isEmpty() || texts.size() > SELECTORS_MAX) {
      wrong.add(new Problem(pointer, "must have 1 to " + SELECTORS_MAX + " entries"));
      return List.of();
    }
    List<Selector> selectors = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      Selector selector = reader.apply(pointer + "/" + i, texts.get(i));
      if (selector != null) {
        selectors.add(selector);
      }
    }
    return selectors;
  }

  private @Nullable Selector url(
      String pointer, String text, BiFunction<String, String, Selector> kind) {
    Matcher matcher = URL.matcher(text);
    if (text.length() > URL_BYTES_MAX) {
      return refuse(pointer, "has more than " + URL_BYTES_MAX + " bytes");
    }
    if (!VISIBLE.matcher(text).matches()) {
      return refuse(pointer, "has characters that no URL has: percent-encode them");
    }
    if (!matcher.matches()) {
      return refuse(pointer, "must look like http://HOST/PATH?QUERY, without user and fragment");
    }
    String host = domain(pointer, matcher.group(1));
    if (host == null) {
      return null;
    }
    String target = matcher.group(2) == null ? "/" : matcher.group(2);
    try {
      return kind.apply(host, NormalTarget.of(target.startsWith("/") ? target : "/" + target));
    } catch (IllegalArgumentException e) {
      return refuse(pointer, e.getMessage() + ", which no request may have");
    }
  }

  private @Nullable Selector host(String pointer, String text) {
    String host = domain(pointer, text);
    return host == null ? null : new Selector.Host(host);
  }

  private @Nullable String domain(String pointer, String text) {
    String host = text.toLowerCase(Locale.ROOT);
    if (isDomain.test(host)) {
      return host;
    }
    refuse(pointer, "names the host " + host + domains);
    return null;
  }

  private @Nullable Selector tag(String pointer, String text) {
    if (text.isEmpty() || text.getBytes(StandardCharsets.UTF_8).length > TAG_BYTES_MAX) {
      return refuse(pointer, "must have 1 to " + TAG_BYTES_MAX + " bytes");
    }
    boolean separated =
        text.codePoints().anyMatch(c -> c == ',' || c <= ' ' || Character.isISOControl(c));
    return separated
        ? refuse(pointer, "has a space, comma or control character: write one tag per entry")
        : new Selector.Tag(text);
  }

  private @Nullable Selector refuse(String pointer, String detail) {
    wrong.add(new Problem(pointer, detail));
    return null;
  }
}
