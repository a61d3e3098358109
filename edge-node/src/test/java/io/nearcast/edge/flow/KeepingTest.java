package io.nearcast.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.CacheKeys;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.Store;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.memory.MemoryStore;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What becomes of a response whose URL is invalidated before, while and after it is stored. */
final class KeepingTest {
  private static final Freshness FRESH =
      new Freshness(0, 0, 60_000, 0, 0, false, false, Freshness.Source.MAX_AGE);

  private static StoredResponse response(Store store) {
    SlabBody body = store.newBody(1);
    assertThat(body.append(Unpooled.wrappedBuffer(new byte[] {1}))).isTrue();
    body.finish();
    return new StoredResponse(
        CacheKeys.of("shop", KeyPolicy.DEFAULT, "www.test", "/a"),
        Variant.ANY,
        new ResponseHead(200, Fields.EMPTY),
        FRESH,
        new String[0],
        new AsOf("log", 0),
        0,
        body);
  }

  /** How many responses are stored, and that none is left behind. */
  private static long kept(BooleanSupplier doubtful) {
    try (Store store = new MemoryStore(16 << 20)) {
      Keeping.put(store, response(store), 10, doubtful);
      long responses = store.stats().responses();
      if (responses == 0) {
        assertThat(store.stats().bodyBytesUsed()).as("body memory").isZero();
      }
      return responses;
    }
  }

  @Test
  void whatNobodyDoubtsIsStored() {
    assertThat(kept(() -> false)).isOne();
  }

  @Test
  void whatIsInvalidatedBeforeIsNotStored() {
    assertThat(kept(() -> true)).isZero();
  }

  @Test
  void whatIsInvalidatedWhileItIsStoredGoesAgain() {
    AtomicInteger asked = new AtomicInteger();
    assertThat(kept(() -> asked.getAndIncrement() > 0)).isZero();
  }
}
