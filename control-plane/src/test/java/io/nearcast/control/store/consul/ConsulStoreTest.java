package io.nearcast.control.store.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.nearcast.control.store.Commit;
import io.nearcast.control.store.StaleRevision;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreBehaviour;
import io.nearcast.control.store.StoreFailure;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ConsulStoreTest implements StoreBehaviour {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static ConsulAgent agent;

  private URI url;
  private Store store;

  @BeforeAll
  static void startAgent(@TempDir Path directory) {
    agent = ConsulAgent.start(directory);
  }

  @AfterAll
  static void stopAgent() {
    agent.close();
  }

  @BeforeEach
  void open() {
    url = agent.url("test/" + TESTS.incrementAndGet());
    store = ConsulStore.open(ConsulAddress.parse(url.toString(), null));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  public Store store() {
    return store;
  }

  @Override
  public Store reopened() {
    store.close();
    open(url);
    return store;
  }

  private void open(URI same) {
    store = ConsulStore.open(ConsulAddress.parse(same.toString(), null));
  }

  @Test
  void onlyOneOfTwoWritersWritesARevision() throws Exception {
    try (Store other = ConsulStore.open(ConsulAddress.parse(url.toString(), null))) {
      store.commit(
          new Commit(
              1, List.of(StoreBehaviour.entry(1)), List.of(StoreBehaviour.document("a", "mine"))));
      assertThatThrownBy(() ->
              other.commit(
                  new Commit(
                      1,
                      List.of(StoreBehaviour.entry(1)),
                      List.of(StoreBehaviour.document("a", "other")))))
          .isInstanceOf(StaleRevision.class);
      assertThat(new String(other.read("a"), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("\"mine\"");
      assertThat(other.position()).isEqualTo(store.position());
      other.commit(new Commit(2, List.of(StoreBehaviour.entry(2)), List.of()));
      assertThat(store.position().head()).isEqualTo(2);
    }
  }

  @Test
  void whatOthersWroteIsReadCommitByCommit() throws Exception {
    try (Store other = ConsulStore.open(ConsulAddress.parse(url.toString(), null))) {
      other.commit(
          new Commit(
              1,
              List.of(StoreBehaviour.entry(1), StoreBehaviour.entry(2)),
              List.of(StoreBehaviour.document("a", "x"), StoreBehaviour.document("b", "y"))));
      other.commit(new Commit(2, List.of(), List.of(StoreBehaviour.document("b", null))));

      List<Commit> commits = store.commitsAfter(0, 10);

      assertThat(commits).extracting(Commit::revision).containsExactly(1L, 2L);
      assertThat(commits.get(0).entries()).hasSize(2);
      assertThat(StoreBehaviour.keys(commits.get(0).documents())).containsExactly("a", "b");
      assertThat(commits.get(1).entries()).isEmpty();
      assertThat(commits.get(1).documents().getFirst().value()).isNull();
      assertThat(store.commitsAfter(1, 10)).hasSize(1);
      assertThat(store.commitsAfter(2, 10)).isEmpty();
    }
  }

  @Test
  void watchersHearWhatOthersWrite() throws Exception {
    AtomicInteger heard = new AtomicInteger();
    store.watch(heard::incrementAndGet);
    await().untilAtomic(heard, equalTo(1)); // what was written before it began to watch
    try (Store other = ConsulStore.open(ConsulAddress.parse(url.toString(), null))) {
      other.commit(new Commit(1, List.of(StoreBehaviour.entry(1)), List.of()));
      await().untilAtomic(heard, equalTo(2));
    }
  }

  @Test
  void whatNoTransactionHoldsDoesNotFit() {
    assertThat(store.fits(62, 1_000)).isTrue();
    assertThat(store.fits(63, 1_000)).isFalse();
    assertThat(store.fits(2, 360_000)).isTrue();
    assertThat(store.fits(2, 400_000)).isFalse();
  }

  @Test
  void largestThatFitsIsWritten() throws Exception {
    assertThat(store.fits(2, 2 * 180_000)).isTrue();
    String large = "x".repeat(180_000 - 2);
    store.commit(
        new Commit(
            1,
            List.of(),
            List.of(StoreBehaviour.document("a", large), StoreBehaviour.document("b", large))));
    assertThat(store.read("a")).hasSize(180_000);
  }

  @Test
  void agentThatIsNotThereIsAFailure() {
    assertThatThrownBy(() -> ConsulStore.open(ConsulAddress.parse("http://127.0.0.1:1", null)))
        .isInstanceOf(StoreFailure.class);
  }
}
