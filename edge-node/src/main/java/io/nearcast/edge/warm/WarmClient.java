package io.nearcast.edge.warm;

import io.nearcast.config.model.Coding;
import io.nearcast.edge.route.Routes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks this node for URLs as a client on its own machine does, so that key, rules, shields, slices
 * and codings are what they are for clients. The node is the HTTP proxy of this client, for the
 * hosts of the URLs need not lead here. Thread-safe.
 */
final class WarmClient implements AutoCloseable {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

  /** How long one answer may take with all of its body. */
  private static final Duration ANSWER_MAX = Duration.ofMinutes(10);

  private static final int DETAIL_MAX = 200;
  private static final String IDENTITY = "identity";

  private final HttpClient http;
  private final Pattern ownStatus;

  /** Waits for its turn before each request. */
  interface Turn {
    /** Returns when the next request may be sent. */
    void await() throws InterruptedException;
  }

  /**
   * @param nodeId the name of this node in {@code Cache-Status}
   * @param address where it serves
   */
  WarmClient(String nodeId, InetSocketAddress address) {
    InetAddress host = address.getAddress();
    InetAddress reachable = host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(ProxySelector.of(new InetSocketAddress(reachable, address.getPort())))
            .build();
    ownStatus =
        Pattern.compile(
            "(?:^|, )\"?"
                + Pattern.quote(nodeId)
                + "\"?(; (?:hit|fwd=[a-z-]+(?:; fwd-status=[0-9]+)?(?:; stored)?)[^,]*)");
  }

  /**
   * Has a URL fetched, and where its answer comes in several codings, in those that the service
   * compresses with.
   *
   * @return null if it is stored now, or why it is not
   */
  @Nullable String fetch(String url, Routes routes, Turn turn) throws InterruptedException {
    try {
      turn.await();
      HttpResponse<Void> plain = get(url, IDENTITY);
      String trouble = trouble(plain);
      if (trouble != null || !isNegotiated(plain)) {
        return trouble;
      }
      for (Coding coding : codings(url, routes)) {
        turn.await();
        trouble = trouble(get(url, coding.token()));
        if (trouble != null) {
          return coding.token() + ": " + trouble;
        }
      }
      return null;
    } catch (IOException | IllegalArgumentException e) {
      return shortened(String.valueOf(e.getMessage()));
    }
  }

  private HttpResponse<Void> get(String url, String coding)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(ANSWER_MAX)
            .header("User-Agent", "nearcast-warm")
            .header("Accept-Encoding", coding)
            .build();
    CompletableFuture<HttpResponse<Void>> answer =
        http.sendAsync(request, BodyHandlers.discarding());
    try {
      return answer.get(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("it took longer than " + ANSWER_MAX.toMinutes() + " minutes", e);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    } finally {
      answer.cancel(true);
    }
  }

  private @Nullable String trouble(HttpResponse<Void> answer) {
    if (answer.statusCode() >= 400) {
      return "status " + answer.statusCode();
    }
    String said = String.join(", ", answer.headers().allValues("Cache-Status"));
    Matcher own = ownStatus.matcher(said);
    String mine = "";
    while (own.find()) {
      mine = own.group(1);
    }
    boolean stored = mine.startsWith("; hit") || mine.contains("; stored");
    return stored ? null : "is not stored" + shortened(mine);
  }

  private static boolean isNegotiated(HttpResponse<Void> answer) {
    return answer.headers().allValues("Vary").stream()
        .anyMatch(value -> value.toLowerCase(java.util.Locale.ROOT).contains("accept-encoding"));
  }

  private static List<Coding> codings(String url, Routes routes) {
    URI uri = URI.create(url);
    Routes.Match match = routes.find(uri.getHost());
    if (match == null) {
      return List.of();
    }
    String query = uri.getRawQuery() == null ? "" : '?' + uri.getRawQuery();
    return match.route().policy(uri.getRawPath() + query).cache().compression().codings();
  }

  private static String shortened(String text) {
    return text.length() <= DETAIL_MAX ? text : text.substring(0, DETAIL_MAX);
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
