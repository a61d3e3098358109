package io.nearcast.control.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.control.store.Store;
import io.nearcast.control.store.consul.ConsulAddress;
import io.nearcast.control.store.consul.ConsulAgent;
import io.nearcast.control.store.consul.ConsulStore;
import io.nearcast.control.store.consul.KnownPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ConsulCompactionTest implements CompactionBehaviour, HistoryBehaviour {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static ConsulAgent agent;

  private Path directory;
  private URI url;

  @BeforeAll
  static void startAgent(@TempDir Path directory) {
    agent = ConsulAgent.start(directory);
  }

  @AfterAll
  static void stopAgent() {
    agent.close();
  }

  @BeforeEach
  void prepare(@TempDir Path fresh) {
    directory = fresh;
    url = agent.url("compaction/" + TESTS.incrementAndGet());
  }

  @Override
  public Store open() {
    try {
      return ConsulStore.open(
          ConsulAddress.parse(url.toString(), null),
          KnownPosition.in(Files.createTempDirectory(directory, "plane")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void onlyOneOfSeveralTidiesUpAndAllKnowTheSame() {
    try (Replica one = new Replica(open());
        Replica two = new Replica(open())) {
      one.purge(2 * KEPT);
      two.purge(2 * KEPT);
      await().until(() -> one.log().getFirst() > 1);
      await().until(() -> one.snapshots.horizon() == two.snapshots.horizon());
      await().until(() -> one.snapshots.now().sequence() == two.snapshots.now().sequence());
      assertThat(one.store.leads()).isNotEqualTo(two.store.leads());
      assertThat(one.snapshots.now().purges().stamps())
          .containsExactlyInAnyOrderElementsOf(two.snapshots.now().purges().stamps());
    }
  }

  @Test
  void anotherOneTakesOverTheLock() {
    try (Store second = open()) {
      try (Store first = open()) {
        assertThat(first.leads()).isTrue();
        assertThat(first.leads()).isTrue();
        assertThat(second.leads()).isFalse();
      }
      await().ignoreExceptions().until(second::leads);
    }
  }
}
