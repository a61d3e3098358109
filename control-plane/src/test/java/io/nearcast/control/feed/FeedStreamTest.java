package io.nearcast.control.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class FeedStreamTest {
  private static final int TAIL_FRAMES = 4;

  private Store store;
  private Replay replay;

  @BeforeEach
  void open(@TempDir Path directory) {
    store = SqliteStore.open(directory);
    replay = new Replay(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void append(FeedTail tail, long first, long last) throws Exception {
    for (long i = first; i <= last; i++) {
      Entry entry = new Entry(i, ("{" + i + "}").getBytes(UTF_8));
      store.commit(new Commit(i, List.of(entry), List.of()));
      tail.committed(FeedTailTest.commit(i, i));
    }
  }

  @Test
  void whatIsNoLongerInMemoryIsReplayedFromTheStore() throws Exception {
    FeedTail tail = new FeedTail("log", 0, TAIL_FRAMES, 1 << 20);
    append(tail, 1, 20);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> stream = streams.submit(() -> run(tail, out));
      org.awaitility.Awaitility.await().until(() -> out.toString(UTF_8).contains("{20}"));
      tail.close();
      stream.get();
    }
    String sent = out.toString(UTF_8);
    assertThat(sent).startsWith("event: hello\ndata: {\"log\":\"log\",\"head\":20}\n\n");
    for (int i = 1; i < 20; i++) {
      assertThat(sent.indexOf("{" + i + "}")).isLessThan(sent.indexOf("{" + (i + 1) + "}"));
    }
  }

  @Test
  void readerThatFallsOutOfTheTailIsDroppedAndHindersNobody() throws Exception {
    FeedTail tail = new FeedTail("log", 0, TAIL_FRAMES, 1 << 20);
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    OutputStream slow = new SlowStream("{1}", blocked, go);
    ByteArrayOutputStream quick = new ByteArrayOutputStream();
    try (ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> slowStream = streams.submit(() -> run(tail, slow));
      Future<?> quickStream = streams.submit(() -> run(tail, quick));
      append(tail, 1, 1);
      blocked.await();
      for (int i = 2; i <= 20; i++) {
        append(tail, i, i);
        String entry = "{" + i + "}";
        org.awaitility.Awaitility.await().until(() -> quick.toString(UTF_8).contains(entry));
      }
      assertThat(slowStream).isNotDone();
      go.countDown();
      slowStream.get();
      assertThat(quickStream).isNotDone();
      tail.close();
      quickStream.get();
    }
  }

  private Void run(FeedTail tail, OutputStream out) throws IOException, InterruptedException {
    new FeedStream(tail, replay, out, 0).run();
    return null;
  }

  /** Takes everything until a text comes by, then nothing until it may go on. */
  private static final class SlowStream extends OutputStream {
    private final String text;
    private final CountDownLatch blocked;
    private final CountDownLatch go;

    SlowStream(String text, CountDownLatch blocked, CountDownLatch go) {
      this.text = text;
      this.blocked = blocked;
      this.go = go;
    }

    @Override
    public void write(int b) {
      throw new UnsupportedOperationException("events are written as a whole");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (new String(bytes, offset, length, UTF_8).contains(text)) {
        blocked.countDown();
        try {
          go.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    }
  }
}
