package io.nearcast.control.purge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.PurgeRequest;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class KeptKeysTest {
  private static final int MAX = 10;
  private static final PurgeRequest REQUEST =
      new PurgeRequest("shop", false, null, List.of("a"), null, null, false);

  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Store store;
  private Ledger ledger;
  private KeptKeys keys;

  @BeforeEach
  void open(@TempDir Path directory) {
    store = SqliteStore.open(directory);
    ledger = Ledger.open(store, () -> now);
    keys = KeptKeys.open(ledger, MAX);
  }

  @AfterEach
  void close() {
    ledger.close();
    store.close();
  }

  private long use(int number) {
    IdempotencyKey key = new IdempotencyKey("token", "key-" + number);
    return ledger.write(draft -> {
      Long known = keys.find(draft, key, REQUEST);
      if (known != null) {
        return known;
      }
      keys.keep(draft, key, REQUEST, number);
      return (long) number;
    });
  }

  private boolean isKept(int number) {
    IdempotencyKey key = new IdempotencyKey("token", "key-" + number);
    return ledger.write(draft -> keys.find(draft, key, REQUEST) != null);
  }

  private int stored() {
    List<String> found = new ArrayList<>();
    store.each("idempotency/", document -> found.add(document.key()));
    return found.size();
  }

  @Test
  void oldestGoWhereThereAreTooMany() {
    IntStream.rangeClosed(1, 3 * MAX).forEach(this::use);
    assertThat(stored()).isLessThanOrEqualTo(MAX);
    assertThat(isKept(3 * MAX)).isTrue();
    assertThat(isKept(3 * MAX - MAX / 2)).isTrue();
    assertThat(isKept(1)).isFalse();
  }

  @Test
  void boundHoldsWithManyAtTheSameTime() throws Exception {
    try (ExecutorService clients = Executors.newFixedThreadPool(32)) {
      List<Future<Long>> uses = new ArrayList<>();
      for (int i = 1; i <= 400; i++) {
        int number = i;
        uses.add(clients.submit(() -> use(number)));
      }
      for (Future<Long> use : uses) {
        use.get();
      }
    }
    IntStream.rangeClosed(1_000, 1_000 + 2 * MAX + 40).forEach(this::use);
    assertThat(stored()).isLessThanOrEqualTo(MAX);
  }

  @Test
  void keyIsForgottenAfterItsTime() {
    use(1);
    now = now.plus(KeptKeys.KEPT_FOR);
    assertThat(isKept(1)).isTrue();
    now = now.plus(Duration.ofSeconds(1));
    assertThat(isKept(1)).isFalse();
    use(2);
    assertThat(stored()).isEqualTo(1);
  }

  @Test
  void keyThatIsUsedAgainAfterItsTimeIsTheNewest() {
    use(1);
    now = now.plus(Duration.ofHours(1));
    use(2);
    now = now.plus(KeptKeys.KEPT_FOR).minus(Duration.ofMinutes(30));
    use(1);
    now = now.plus(Duration.ofHours(1));
    use(3);
    assertThat(stored()).as("the second is over, the first is not").isEqualTo(2);
    assertThat(isKept(1)).isTrue();
  }

  @Test
  void orderOfAgeSurvivesAReopening() {
    IntStream.rangeClosed(1, MAX).forEach(this::use);
    ledger.close();
    ledger = Ledger.open(store, () -> now);
    keys = KeptKeys.open(ledger, MAX);
    IntStream.rangeClosed(MAX + 1, MAX + 2).forEach(this::use);
    assertThat(isKept(1)).isFalse();
    assertThat(isKept(MAX)).isTrue();
  }
}
