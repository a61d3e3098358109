package io.nearcast.edge.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.SentHeads;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds the estimate of a response's heap against the heap itself. */
class WeightsTest {
  private static final int COUNT = 40_000;

  private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

  @BeforeEach
  void trackNoLeaks() {
    // The records of paranoid tracking are larger than what is measured.
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
  }

  @AfterEach
  void trackLeaks() {
    ResourceLeakDetector.setLevel(level);
  }

  @Test
  void estimateIsCloseToTheHeapAndNotBelow() {
    MemoryStore store = new MemoryStore(256 << 20);
    long estimate = 0;
    long before = usedHeap();
    for (int i = 0; i < COUNT; i++) {
      StoredResponse response = response(store, i);
      estimate += Weights.heapBytes(response);
      store.put(response);
    }
    long measured = (usedHeap() - before) / COUNT;
    long estimated = estimate / COUNT;

    assertThat(store.stats().responses()).isEqualTo(COUNT);
    assertThat(estimated)
        .as("estimate of a response's heap, measured %d", measured)
        .isBetween(measured, measured * 13 / 10);
    store.close();
  }

  private static StoredResponse response(MemoryStore store, int i) {
    SlabBody body = store.newBody(1024);
    body.append(Unpooled.wrappedBuffer(new byte[1024]));
    body.finish();
    // What a parser makes: values of their own, names that all responses share.
    Fields fields =
        Fields.of(
            "Content-Type", copy("text/html; charset=utf-8"),
            "Content-Length", copy("1024"),
            "Cache-Control", copy("public, max-age=3600"),
            "ETag", copy("\"5f3c-" + i + '"'),
            "Last-Modified", copy("Tue, 15 Nov 1994 12:45:26 GMT"),
            "Date", copy("Tue, 15 Nov 1994 12:45:26 GMT"),
            "Server", copy("example"));
    StoredResponse response =
        new StoredResponse(
            Responses.key("/catalogue/items/" + i + ".html"),
            Variant.ANY,
            new ResponseHead(200, fields),
            new Freshness(i, 0, 3_600_000, 0, 0, false, false, Freshness.Source.MAX_AGE),
            new String[] {copy("item-" + i)},
            new AsOf("log", i),
            0,
            body);
    SentHeads heads = SentHeads.of(CompressionPolicy.DEFAULT, true);
    response.sentHeads(heads.with(null, new byte[300]));
    return response;
  }

  private static String copy(String text) {
    return new String(text.toCharArray());
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
