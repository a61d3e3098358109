package io.nearcast.control.rest;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What idempotency keys do, whatever the store. A test class of each store implements this. */
interface KeyedPurgesBehaviour {
  String TAG = "{\"service\":\"shop\",\"tags\":[\"a\"]}";
  String OTHER_TAG = "{\"service\":\"shop\",\"tags\":[\"b\"]}";

  /** A control plane's administrator; there is nothing but the service {@code shop}. */
  Http http();

  /** The same at another control plane of the same store, or the same where there is but one. */
  Http elsewhere();

  /** Stops all control planes and starts them again. */
  void restart();

  static void prepare(Http http, Http elsewhere) {
    assertThat(http.put("/v1/services/shop", service("a.example")).status()).isEqualTo(201);
    await().until(() -> elsewhere.get("/v1/services/shop").status() == 200);
  }

  private static Http.Answer purge(Http at, String body, String key) {
    return at.post("/v1/purges", body, "Idempotency-Key", key);
  }

  private int purges() {
    return http().get("/v1/purges").json().at("/items").size();
  }

  @Test
  default void sameKeyAndSameRequestPurgeOnce() {
    Http.Answer first = purge(http(), TAG, "\"k-1\"");
    Http.Answer again = purge(elsewhere(), "{\"tags\": [\"a\"], \"service\": \"shop\"}", "k-1");
    assertThat(first.status()).isEqualTo(202);
    assertThat(again.status()).isEqualTo(202);
    assertThat(again.text("/id")).isEqualTo(first.text("/id"));
    assertThat(again.header("Location")).isEqualTo(first.header("Location"));
    assertThat(purges()).isEqualTo(1);
    Http.Answer waited =
        http().post("/v1/purges", TAG, "Idempotency-Key", "k-1", "Prefer", "wait=20");
    assertThat(waited.status()).isEqualTo(200);
    assertThat(purge(http(), TAG, "k-2").text("/id")).isNotEqualTo(first.text("/id"));
  }

  @Test
  default void sameKeyWithAnotherRequestIsRefused() {
    purge(http(), TAG, "k");
    Http.Answer refused = purge(elsewhere(), OTHER_TAG, "k");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/detail")).contains("Idempotency-Key");
    assertThat(purges()).isEqualTo(1);
  }

  @Test
  default void requestThatWasRefusedDoesNotUseUpItsKey() {
    String wrong = "{\"service\":\"shop\",\"hosts\":[\"b.example\"]}";
    assertThat(purge(http(), wrong, "k").status()).isEqualTo(422);
    assertThat(purge(http(), TAG, "k").status()).isEqualTo(202);
  }

  @Test
  default void keysSurviveARestartAndTheRemovalOfTheService() {
    String id = purge(http(), TAG, "k").text("/id");
    http().delete("/v1/services/shop");
    restart();
    assertThat(purge(elsewhere(), TAG, "k").text("/id")).isEqualTo(id);
    assertThat(purge(http(), OTHER_TAG, "k").status()).isEqualTo(422);
    assertThat(purges()).isEqualTo(1);
  }

  @Test
  default void anotherTokenHasKeysOfItsOwn() {
    String id = purge(http(), TAG, "k").text("/id");
    String token = http().post("/v1/tokens", "{\"role\":\"purger\"}").text("/token");
    assertThat(purge(http().as(token), OTHER_TAG, "k").status()).isEqualTo(202);
    assertThat(purge(http(), TAG, "k").text("/id")).isEqualTo(id);
  }

  @Test
  default void requestsAtTheSameTimePurgeOnce() throws Exception {
    int clients = 16;
    CyclicBarrier together = new CyclicBarrier(clients);
    Set<String> ids = new HashSet<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(clients)) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        Http at = i % 2 == 0 ? http() : elsewhere();
        Callable<String> client =
            () -> {
              together.await(30, TimeUnit.SECONDS);
              return purge(at, TAG, "k").text("/id");
            };
        answers.add(executor.submit(client));
      }
      for (Future<String> answer : answers) {
        ids.add(answer.get());
      }
    }
    assertThat(ids).hasSize(1).doesNotContain("");
    assertThat(purges()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "\"a", "a b", "a\"b", "a,b", "a;b=c", "\"a\\b\""})
  default void whatIsNoKeyIsRefused(String header) {
    Http.Answer refused = purge(http(), TAG, header);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("/detail")).contains("Idempotency-Key");
    assertThat(purge(http(), TAG, "x".repeat(256)).status()).isEqualTo(400);
    assertThat(
            http().post("/v1/purges", TAG, "Idempotency-Key", "a", "Idempotency-Key", "b").status())
        .isEqualTo(400);
    assertThat(purges()).isZero();
  }
}
