package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Makes a node say each reason, in {@code Cache-Status}, access log and metrics. A constant that
 * nothing reaches does not compile here: the switch has no default.
 */
@Timeout(60)
final class ReasonsTest {
  private static final String FRESH = "Cache-Control: max-age=60";
  private static final String STALE_SOON = "Cache-Control: max-age=1";

  private static ScriptedOrigin origin;
  private static TestNode edge;
  private static Path log;

  /** What a node was asked last, what it answered, and where that says why. */
  private record Said(String target, Message answer, String cacheStatus) {}

  @BeforeAll
  static void start(@TempDir Path directory) {
    log = directory.resolve("access.log");
    origin = ScriptedOrigin.answering("v1");
    edge = TestNode.edge(origin, log);
    edge.serving(
        TestNode.service(
            origin,
            CachePolicy.DEFAULT,
            new Rule("/honour/*", new Rule.Action.Cache(honouring())),
            new Rule("/bypass/*", new Rule.Action.Bypass())));
  }

  @AfterAll
  static void stop() {
    edge.close();
    origin.close();
  }

  private static CachePolicy honouring() {
    return new CachePolicy(
        null,
        Duration.ZERO,
        Duration.ZERO,
        KeyPolicy.DEFAULT,
        false,
        null,
        Duration.ZERO,
        null,
        Map.of(),
        true);
  }

  private static Said said(Reason reason) {
    return switch (reason) {
      case FRESH -> again("hit; ttl=60", 0, FRESH);
      case STALE_WHILE_REVALIDATE ->
          again(
              "hit; ttl=-4; detail=stale-while-revalidate",
              5,
              STALE_SOON + ", stale-while-revalidate=60");
      case MAX_STALE ->
          again(
              "hit; ttl=-4; detail=max-stale",
              5,
              "/honour/max-stale",
              "Cache-Control: max-stale=9",
              STALE_SOON);
      case STALE_IF_ERROR -> staleIfError();
      case URI_MISS -> first("fwd=uri-miss; fwd-status=200; stored; ttl=60", 200, FRESH);
      case VARY_MISS -> varyMiss();
      case STALE -> again("fwd=stale; fwd-status=200; stored; ttl=1", 5, STALE_SOON);
      case NO_CACHE ->
          again(
              "fwd=stale; fwd-status=200; stored; ttl=60; detail=no-cache",
              0,
              FRESH + ", no-cache",
              "ETag: \"1\"");
      case SOFT_PURGED -> softPurged();
      case PARTIAL_MISS -> partialMiss();
      case CUT_OFF -> throw new IllegalStateException("see CutOffTest");
      case REFRESH_DEFERRED -> throw new IllegalStateException("see SoftPurgeTest");
      case REQUEST ->
          again(
              "fwd=request; fwd-status=200; stored; ttl=60",
              0,
              "/honour/request",
              "Cache-Control: no-cache",
              FRESH);
      case METHOD -> ask("PUT", "/method", "fwd=method; fwd-status=200");
      case BYPASS -> ask("GET", "/bypass/a", "fwd=bypass; fwd-status=200; detail=bypass");
      case UPGRADE ->
          ask("GET", "/upgrade", "detail=\"upgrade: ", "Upgrade: websocket", "Connection: upgrade");
      case PRECONDITION ->
          ask(
              "GET",
              "/precondition",
              "fwd=bypass; fwd-status=200; detail=precondition",
              "If-Match: \"1\"");
      case HEAD -> ask("HEAD", "/head", "fwd=uri-miss; fwd-status=200; detail=head");
      case NO_SERVICE -> noService();
      case LOOP ->
          ask("GET", "/loop", "detail=\"loop: ", "CDN-Loop: " + edge.engine().parts().loopId());
      case ONLY_IF_CACHED ->
          ask("GET", "/only", "detail=\"only-if-cached: ", "Cache-Control: only-if-cached");
      case POST_NOT_REUSABLE ->
          ask("POST", "/post", "fwd=method; fwd-status=200; detail=post-not-reusable");
      case STATUS -> notStored(reason, 302, "Location: /x");
      case NOT_UNDERSTOOD -> notStored(reason, 299, FRESH + ", must-understand");
      case NO_STORE -> notStored(reason, 200, "Cache-Control: no-store");
      case REQUEST_NO_STORE ->
          ask(
              "GET",
              "/honour/no-store",
              "fwd=uri-miss; fwd-status=200; detail=request-no-store",
              "Cache-Control: no-store");
      case PRIVATE -> notStored(reason, 200, FRESH + ", private");
      case AUTHORIZATION ->
          ask(
              "GET",
              "/authorization",
              "fwd=uri-miss; fwd-status=200; detail=authorization",
              "Authorization: Basic x");
      case VARY_STAR -> notStored(reason, 200, FRESH, "Vary: *");
      case SET_COOKIE -> notStored(reason, 200, "Set-Cookie: a=b", "ETag: \"1\"");
      case PARTIAL -> partial();
      case NO_FRESHNESS -> notStored(reason, 200, "Content-Type: text/plain");
      case TOO_LARGE -> tooLarge();
      case TOO_COMPLEX -> notStored(reason, 200, FRESH, "Vary: " + names(33, ", "));
      case CONTENT_TYPE -> contentType();
      case TOO_MANY_TAGS -> notStored(reason, 200, FRESH, "Surrogate-Key: " + names(1_001, " "));
    };
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"CUT_OFF", "REFRESH_DEFERRED"})
  void nodeSaysWhyInHeaderLogAndMetric(Reason reason) throws IOException {
    boolean aboutStoring = reason.compareTo(Reason.POST_NOT_REUSABLE) >= 0;
    String metric =
        (aboutStoring ? "nearcast_not_stored_total" : "nearcast_requests_total")
            + "{reason=\""
            + reason.token()
            + "\",}";
    double before = edge.metric(metric);
    origin.script(call -> call.reply(200, "v1", FRESH));

    Said said = said(reason);

    assertThat(said.answer().field("Cache-Status")).startsWith("nearcast; " + said.cacheStatus());
    String logged = aboutStoring ? '/' + reason.token() + ' ' : ' ' + reason.token();
    await("the log says it")
        .until(() -> lines(said.target()).anyMatch(line -> line.contains(logged)));
    assertThat(edge.metric(metric)).isEqualTo(before + 1);
    edge.settle();
  }

  private static Stream<String> lines(String target) throws IOException {
    return Files.readAllLines(log).stream().filter(line -> line.contains(' ' + target + " HTTP/"));
  }

  private static Said ask(String method, String target, String cacheStatus, String... fields) {
    return new Said(target, edge.ask(method, target, fields), cacheStatus);
  }

  private static String target(String cacheStatus) {
    return '/' + Integer.toHexString(cacheStatus.hashCode());
  }

  private static Said first(String cacheStatus, int status, String... response) {
    origin.script(call -> call.reply(status, "v1", response));
    return ask("GET", target(cacheStatus), cacheStatus);
  }

  /** A response that is handed on but not kept. */
  private static Said notStored(Reason reason, int status, String... response) {
    return first(
        "fwd=uri-miss; fwd-status=" + status + "; detail=" + reason.token(), status, response);
  }

  /** A second request, some seconds after the first. */
  private static Said again(String cacheStatus, long seconds, String... response) {
    first(cacheStatus, 200, response);
    edge.settle().advanceSeconds(seconds);
    return ask("GET", target(cacheStatus), cacheStatus);
  }

  /** A second request, with a field that the first had not. */
  private static Said again(
      String cacheStatus, long seconds, String target, String field, String response) {
    origin.script(call -> call.reply(200, "v1", response));
    edge.get(target);
    edge.settle().advanceSeconds(seconds);
    return ask("GET", target, cacheStatus, field);
  }

  private static Said staleIfError() {
    first("error", 200, STALE_SOON + ", stale-if-error=60");
    edge.settle().advanceSeconds(5);
    origin.script(call -> call.reply(503, "down"));
    return ask("GET", target("error"), "fwd=stale; fwd-status=503; ttl=-4; detail=stale-if-error");
  }

  private static Said varyMiss() {
    origin.script(call -> call.reply(200, "v1", FRESH, "Vary: X"));
    edge.get("/vary", "X: a");
    edge.settle();
    return ask("GET", "/vary", "fwd=vary-miss; fwd-status=200; stored; ttl=60", "X: b");
  }

  private static Said softPurged() {
    first("soft", 200, FRESH, "ETag: \"1\"");
    edge.settle();
    edge.purge("{\"urls\":[\"http://www.test" + target("soft") + "\"],\"soft\":true}");
    return ask(
        "GET", target("soft"), "fwd=stale; fwd-status=200; stored; ttl=60; detail=soft-purged");
  }

  private static Said partial() {
    origin.script(call -> call.reply(206, "ab", FRESH, "Content-Range: items 0-1/9"));
    return ask("GET", "/items", "fwd=uri-miss; fwd-status=206; detail=partial", "Range: items=0-1");
  }

  private static Said partialMiss() {
    origin.script(
        call -> call.reply(206, "56789", FRESH, "ETag: \"1\"", "Content-Range: bytes 5-9/10"));
    edge.get("/part", "Range: bytes=-5");
    edge.settle();
    origin.script(
        call -> call.reply(206, "23456789", FRESH, "ETag: \"1\"", "Content-Range: bytes 2-9/10"));
    return ask("GET", "/part", "fwd=partial; fwd-status=206; stored", "Range: bytes=-8");
  }

  private static Said noService() {
    Routes all = edge.engine().routes();
    edge.engine().routes(Routes.none());
    try {
      Said said = ask("GET", "/nobody", "detail=\"no-service: ");
      assertThat(said.answer().status()).isEqualTo(421);
      return said;
    } finally {
      edge.engine().routes(all);
    }
  }

  /** A length beyond what one response may take of the memory; the body need not come. */
  private static Said tooLarge() {
    origin.script(call -> call.head(200, FRESH, "Content-Length: 999999999").cut());
    return ask("GET", "/large", "fwd=uri-miss; fwd-status=200; detail=too-large");
  }

  private static Said contentType() {
    origin.script(call -> call.reply(200, "<p>", FRESH, "Content-Type: text/html"));
    return ask("GET", "/account/x.css", "fwd=uri-miss; fwd-status=200; detail=content-type");
  }

  private static String names(int count, String separator) {
    return IntStream.range(0, count).mapToObj(i -> "x" + i).collect(Collectors.joining(separator));
  }
}
