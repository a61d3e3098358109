package io.nearcast.control.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.FeedState;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.store.Entry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class FeedTailTest {
  private static final String LOG = "log";

  private final FeedTail tail = new FeedTail(LOG, 10, 4, 1 << 20);

  static Committed commit(long first, long last) {
    List<Entry> entries =
        LongStream.rangeClosed(first, last)
            .mapToObj(sequence -> new Entry(sequence, ("{" + sequence + "}").getBytes(UTF_8)))
            .toList();
    return new Committed(FeedState.empty(LOG), List.of(), entries, List.of());
  }

  private FeedTail.Next next(long sent) throws InterruptedException {
    return tail.next(sent, 0, Duration.ZERO);
  }

  private static String event(FeedTail.Next next) {
    assertThat(next).isInstanceOf(FeedTail.Next.Entries.class);
    return new String(((FeedTail.Next.Entries) next).frame().event(), UTF_8);
  }

  @Test
  void batchIsEncodedOnceForAllStreams() throws Exception {
    tail.committed(commit(11, 13));
    FeedTail.Next one = next(10);
    FeedTail.Next two = next(10);
    assertThat(event(one)).isEqualTo("event: entries\nid: 13\ndata: [{11},{12},{13}]\n\n");
    assertThat(((FeedTail.Next.Entries) one).frame().event())
        .isSameAs(((FeedTail.Next.Entries) two).frame().event());
  }

  @Test
  void largeCommitGoesOutInSeveralBatches() throws Exception {
    List<Entry> entries =
        LongStream.rangeClosed(11, 15).mapToObj(i -> new Entry(i, new byte[1_500_000])).toList();
    FeedTail large = new FeedTail(LOG, 10, 4, 1 << 24);
    large.committed(new Committed(FeedState.empty(LOG), List.of(), entries, List.of()));
    long sent = 10;
    int batches = 0;
    while (sent < 15) {
      Frame frame = ((FeedTail.Next.Entries) large.next(sent, 0, Duration.ZERO)).frame();
      assertThat(frame.first()).isEqualTo(sent + 1);
      assertThat(frame.event().length).isLessThan(Frame.BATCH_BYTES_MAX + 1_000);
      sent = frame.last();
      batches++;
    }
    assertThat(batches).isEqualTo(3);
  }

  @Test
  void headIsWaitedForNoLongerThanAsked() throws Exception {
    assertThat(tail.awaitHead(10, Duration.ofMinutes(1))).isTrue();
    assertThat(tail.awaitHead(11, Duration.ofMillis(1))).isFalse();
    try (ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> waiting = streams.submit(() -> tail.awaitHead(11, Duration.ofMinutes(1)));
      tail.committed(commit(11, 11));
      assertThat(waiting.get()).isTrue();
      Future<Boolean> last = streams.submit(() -> tail.awaitHead(12, Duration.ofMinutes(1)));
      tail.close();
      assertThat(last.get()).isFalse();
    }
  }

  @Test
  void streamInTheMiddleOfABatchGetsTheRestOfIt() throws Exception {
    tail.committed(commit(11, 13));
    assertThat(event(next(11))).isEqualTo("event: entries\nid: 13\ndata: [{12},{13}]\n\n");
    assertThat(event(next(12))).isEqualTo("event: entries\nid: 13\ndata: [{13}]\n\n");
    assertThat(next(13)).isEqualTo(new FeedTail.Next.Silence());
  }

  @Test
  void batchesBeyondTheBoundAreForgotten() throws Exception {
    for (int i = 11; i <= 20; i++) {
      tail.committed(commit(i, i));
    }
    assertThat(next(15)).isEqualTo(new FeedTail.Next.Behind());
    assertThat(event(next(16))).contains("[{17}]");
  }

  @Test
  void bytesBeyondTheBoundAreForgotten() throws Exception {
    FeedTail small = new FeedTail(LOG, 0, 1_000, 100);
    for (int i = 1; i <= 20; i++) {
      small.committed(commit(i, i));
    }
    assertThat(small.next(0, 0, Duration.ZERO)).isEqualTo(new FeedTail.Next.Behind());
    assertThat(event(small.next(19, 0, Duration.ZERO))).contains("[{20}]");
  }

  @Test
  void whatIsOlderThanTheTailIsNotThere() throws Exception {
    assertThat(next(9)).isEqualTo(new FeedTail.Next.Behind());
  }

  @Test
  void fleetComesAfterTheEntriesAndOnlyOnce() throws Exception {
    tail.fleet("{}".getBytes(UTF_8));
    tail.committed(commit(11, 11));
    assertThat(event(next(10))).contains("{11}");
    FeedTail.Next fleet = next(11);
    assertThat(fleet).isInstanceOf(FeedTail.Next.FleetNow.class);
    long version = ((FeedTail.Next.FleetNow) fleet).version();
    assertThat(tail.next(11, version, Duration.ZERO)).isEqualTo(new FeedTail.Next.Silence());
    tail.fleet("{\"new\":1}".getBytes(UTF_8));
    assertThat(tail.next(11, version, Duration.ZERO)).isInstanceOf(FeedTail.Next.FleetNow.class);
  }

  @Test
  void whoWaitsIsWokenByNewsAndByTheEnd() throws Exception {
    try (ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<FeedTail.Next> waiting = streams.submit(() -> tail.next(10, 0, Duration.ofMinutes(1)));
      tail.committed(commit(11, 11));
      assertThat(event(waiting.get())).contains("{11}");
      Future<FeedTail.Next> last = streams.submit(() -> tail.next(11, 0, Duration.ofMinutes(1)));
      tail.close();
      assertThat(last.get()).isEqualTo(new FeedTail.Next.End());
    }
  }

  @Test
  void whatComesSoonAfterABatchIsGatheredIntoOne() throws Exception {
    FeedTail tail = FeedTail.start(LOG, 10, Duration.ofHours(1));
    tail.committed(commit(11, 11));
    tail.committed(commit(12, 12));
    tail.committed(commit(13, 14));
    assertThat(event(tail.next(10, 0, Duration.ZERO))).contains("[{11}]");
    assertThat(tail.next(11, 0, Duration.ZERO)).isEqualTo(new FeedTail.Next.Silence());
    assertThat(tail.head()).isEqualTo(11);
    tail.close();
  }

  @Test
  void whatWasGatheredGoesOutAfterTheGap() throws Exception {
    FeedTail tail = FeedTail.start(LOG, 10, Duration.ofMillis(200));
    for (long sequence = 11; sequence <= 40; sequence++) {
      tail.committed(commit(sequence, sequence));
    }
    int batches = 0;
    for (long sent = 10; sent < 40; batches++) {
      FeedTail.Next next = tail.next(sent, 0, Duration.ofSeconds(30));
      sent = ((FeedTail.Next.Entries) next).frame().last();
    }
    assertThat(batches).isLessThan(30);
    tail.close();
  }
}
