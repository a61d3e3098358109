package io.nearcast.control.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayTest {
  private Store store;

  @BeforeEach
  void open(@TempDir Path directory) {
    store = SqliteStore.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void append(int count, int bytes) throws Exception {
    for (int i = 0; i < count; i++) {
      long sequence = store.position().head() + 1;
      store.commit(new Commit(sequence, List.of(new Entry(sequence, new byte[bytes])), List.of()));
    }
  }

  @Test
  void nodesShareWhatWasReadAndEncodedOnce() throws Exception {
    append(600, 10);
    Replay replay = new Replay(store);
    Frame first = replay.after(0);
    assertThat(first.last()).isEqualTo(500);
    assertThat(replay.after(0)).isSameAs(first);
    Frame rest = replay.after(100);
    assertThat(rest.first()).isEqualTo(101);
    assertThat(rest.last()).isEqualTo(500);
    assertThat(new String(rest.event(), UTF_8)).startsWith("event: entries\nid: 500\n");
    assertThat(replay.after(500)).isSameAs(replay.after(500));
  }

  @Test
  void batchIsBoundedByItsBytes() throws Exception {
    append(10, 1_000_000);
    Replay replay = new Replay(store);
    long sent = 0;
    while (sent < 10) {
      Frame frame = replay.after(sent);
      assertThat(frame.first()).isEqualTo(sent + 1);
      assertThat(frame.event().length).isLessThan(Frame.BATCH_BYTES_MAX + 1_000);
      sent = frame.last();
    }
  }

  @Test
  void whatIsKeptIsBounded() throws Exception {
    append(1_500, 100);
    Replay replay = new Replay(store, 60_000);
    Frame first = replay.after(0);
    Frame second = replay.after(500);
    assertThat(replay.after(500)).isSameAs(second);
    assertThat(replay.after(0)).isNotSameAs(first);
  }

  @Test
  void whatIsNotThereIsNotMadeUp() throws Exception {
    append(2, 10);
    assertThat(new Replay(store).after(2)).isNull();
    assertThat(new Replay(store).after(7)).isNull();
  }
}
