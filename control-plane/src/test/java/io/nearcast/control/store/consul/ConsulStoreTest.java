package io.nearcast.control.store.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.nearcast.control.store.Commit;
import io.nearcast.control.store.OutOfStep;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.SharedRecords;
import io.nearcast.control.store.StaleRevision;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreBehaviour;
import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
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

  private Path directory;
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
  void open(@TempDir Path fresh) {
    directory = fresh;
    url = agent.url("test/" + TESTS.incrementAndGet());
    store = open("own");
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
    store = open("own");
    return store;
  }

  private Store open(String who) {
    return ConsulStore.open(
        ConsulAddress.parse(url.toString(), null), KnownPosition.in(directory(who)));
  }

  private Path directory(String who) {
    try {
      return Files.createDirectories(directory.resolve(who));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void onlyOneOfTwoWritersWritesARevision() throws Exception {
    try (Store other = open("other")) {
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
    try (Store other = open("other")) {
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
    try (Store other = open("other")) {
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
    assertThatThrownBy(() ->
            ConsulStore.open(
                ConsulAddress.parse("http://127.0.0.1:1", null), KnownPosition.in(directory)))
        .isInstanceOf(StoreFailure.class);
  }

  private String head() {
    return url.getPath().substring(1) + "/head";
  }

  @Test
  void commitThatIsTriedAgainIsWrittenOnce() throws Exception {
    Commit commit = new Commit(1, List.of(StoreBehaviour.entry(1)), List.of());
    store.commit(commit);
    try (Store other = open("other")) {
      other.commit(new Commit(2, List.of(StoreBehaviour.entry(2)), List.of()));
    }
    assertThatThrownBy(() -> store.commit(commit)).isInstanceOf(StaleRevision.class);
    assertThat(store.commitsAfter(0, 10)).extracting(Commit::id).startsWith(commit.id()).hasSize(2);
  }

  @Test
  void recordsAreWrittenOnlyAsTheNextVersion() {
    SharedRecords records = store.records();
    assertThat(records.await(0).records()).isEmpty();
    long first = records.write("a", 0, bytes("1")).orElseThrow();
    assertThat(records.write("a", 0, bytes("2"))).as("it is there").isEmpty();
    long second = records.write("a", first, bytes("3")).orElseThrow();
    assertThat(records.write("a", first, bytes("4"))).isEmpty();
    assertThat(records.remove("a", first)).isFalse();
    assertThat(records.read("a").value()).isEqualTo(bytes("3"));
    long index = records.await(0).index();
    assertThat(records.remove("a", second)).isTrue();
    assertThat(records.write("a", second, bytes("5"))).as("it is gone").isEmpty();
    assertThat(records.await(index).records()).isEmpty();
    assertThat(records.all()).isEmpty();
    assertThat(records.read("a")).isNull();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void earlierStateThatWasPutBackBecomesANewLog() throws Exception {
    String log = store.position().log();
    store.commit(new Commit(1, List.of(StoreBehaviour.entry(1)), List.of()));
    String earlier = agent.get(head());
    store.commit(new Commit(2, List.of(StoreBehaviour.entry(2)), List.of()));
    agent.put(head(), earlier);

    assertThatThrownBy(() -> store.commitsAfter(2, 10)).isInstanceOf(OutOfStep.class);

    assertThatThrownBy(() -> store.commit(new Commit(2, List.of(), List.of())))
        .isInstanceOf(StaleRevision.class);
    Position renewed = store.position();
    assertThat(renewed.log()).isNotEqualTo(log);
    assertThat(renewed.revision()).isEqualTo(1);
    assertThatThrownBy(() -> store.commitsAfter(1, 10)).isInstanceOf(OutOfStep.class);
    assertThat(store.records().all())
        .as("for the leases that were given before")
        .extracting(SharedRecords.Kept::id)
        .containsExactly("before-" + renewed.log());
    assertThat(reopened().position()).isEqualTo(renewed);
  }

  @Test
  void earlierStateIsNoticedAtTheNextStart() throws Exception {
    store.commit(new Commit(1, List.of(StoreBehaviour.entry(1)), List.of()));
    Position before = store.position();
    String earlier = agent.get(head());
    store.commit(new Commit(2, List.of(StoreBehaviour.entry(2)), List.of()));
    store.close();
    agent.put(head(), earlier);

    store = open("own");

    assertThat(store.position().log()).isNotEqualTo(before.log());
    assertThat(store.position().head()).isEqualTo(1);
    store.commit(new Commit(2, List.of(StoreBehaviour.entry(2)), List.of()));
  }

  @Test
  void noEmptyLogTakesThePlaceOfOneThatIsGone() {
    store.close();
    agent.delete(head());
    assertThatThrownBy(() -> open("own"))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("nearcast restore");
    store = open("newcomer");
    assertThat(store.position().head()).isZero();
  }

  @Test
  void nextAgentIsAskedWhereOneDoesNotAnswer() throws Exception {
    ConsulAddress address = ConsulAddress.parse("http://127.0.0.1:1," + url, null);
    try (Store other = ConsulStore.open(address, KnownPosition.in(directory("other")))) {
      other.commit(new Commit(1, List.of(StoreBehaviour.entry(1)), List.of()));
      assertThat(store.position()).isEqualTo(other.position());
    }
  }
}
