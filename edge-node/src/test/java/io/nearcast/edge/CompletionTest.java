package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.store.Store;
import io.nearcast.edge.store.slab.SlabBody;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stored end whose beginning is fetched while the memory is exhausted. */
@Timeout(60)
final class CompletionTest {
  private static final long MEMORY_BYTES = 16 << 20;
  private static final int LENGTH = 1_500_000;
  private static final String[] FIELDS = {"Cache-Control: max-age=60", "ETag: \"1\""};

  private final byte[] whole = whole();
  private final CountDownLatch full = new CountDownLatch(1);
  private final List<SlabBody> hogs = new ArrayList<>();

  private static byte[] whole() {
    byte[] bytes = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bytes[i] = (byte) ('a' + i % 23);
    }
    return bytes;
  }

  /**
   * The last bytes at once; the beginning up to them in two pieces, the second when all is full.
   */
  private ScriptedOrigin origin(int end) {
    return ScriptedOrigin.start(call -> {
      boolean last = call.head().field("If-Range") == null;
      int from = last ? LENGTH - end : 0;
      int to = last ? LENGTH : LENGTH - end;
      call.head(
          206,
          FIELDS[0],
          FIELDS[1],
          "Content-Range: bytes " + from + "-" + (to - 1) + "/" + LENGTH,
          "Content-Length: " + (to - from));
      int half = last ? to : from + 1_000;
      call.send(Arrays.copyOfRange(whole, from, half));
      if (!last) {
        full.await();
        call.send(Arrays.copyOfRange(whole, half, to));
      }
    });
  }

  private void fill(Store store) {
    byte[] piece = new byte[64 * 1024];
    while (true) {
      SlabBody body = store.newBody(SlabBody.UNKNOWN_LENGTH);
      hogs.add(body);
      if (!body.append(Unpooled.wrappedBuffer(piece))) {
        return;
      }
      while (body.append(Unpooled.wrappedBuffer(piece))) {
        // Up to its own bound or the store's.
      }
    }
  }

  private void free() {
    for (SlabBody body : hogs) {
      body.fail();
      body.release();
    }
  }

  @Test
  void readersGetTheEndThoughTheBeginningDidNotFit() throws Exception {
    try (ScriptedOrigin origin = origin(200_000);
        TestNode edge = TestNode.edge(origin, MEMORY_BYTES);
        Wire wire = edge.connect()) {
      edge.get("/a", "Range: bytes=-200000");
      edge.settle();
      Message head = wire.send(Wire.request("GET", "/a")).readHead();
      fill(edge.engine().parts().store());
      full.countDown();
      Message answer = wire.rest(head, false);
      free();
      assertThat(answer.complete()).isTrue();
      assertThat(answer.body()).isEqualTo(whole);
      assertThat(origin.requests()).hasSize(2);
      assertThat(edge.metric("nearcast_fills_not_stored_for_space_total")).isPositive();
    }
  }

  @Test
  void theLastReaderMayLeaveWhileItGetsTheEnd() throws Exception {
    try (ScriptedOrigin origin = origin(LENGTH - 10_000);
        TestNode edge = TestNode.edge(origin, MEMORY_BYTES);
        Wire wire = edge.connect()) {
      edge.get("/a", "Range: bytes=-" + (LENGTH - 10_000));
      Store store = edge.settle().engine().parts().store();
      Message head = wire.send(Wire.request("GET", "/a", "Range: bytes=0-700000")).readHead();
      int connections = origin.connections();
      // From now on nobody but the fill has the end.
      store.forEach(store::remove);
      fill(store);
      full.countDown();
      Message answer = wire.rest(head, false);
      free();
      assertThat(answer.complete()).isTrue();
      assertThat(new String(answer.body(), StandardCharsets.ISO_8859_1))
          .isEqualTo(new String(whole, 0, 700_001, StandardCharsets.ISO_8859_1));
      edge.settle();
      assertThat(edge.metric("nearcast_fills_not_stored_for_space_total")).isPositive();
      assertThat(origin.connections()).as("the fill ended in order").isEqualTo(connections);
    }
  }
}
