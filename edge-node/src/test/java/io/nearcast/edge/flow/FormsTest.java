package io.nearcast.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import io.nearcast.config.model.Coding;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.coding.Coder;
import io.nearcast.edge.rules.CacheKeys;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.memory.MemoryStore;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.Unpooled;
import io.prometheus.client.CollectorRegistry;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Choosing a form costs a hit next to nothing. */
@Timeout(60)
final class FormsTest {
  private static final CompressionPolicy ON = CompressionPolicy.DEFAULT;
  private static final int TIMES = 20_000;

  private final MemoryStore store = new MemoryStore(8L << 20);
  private final Coder coder = new Coder(store::newBody, store::reweigh, new CollectorRegistry());
  private final Forms forms = new Forms(coder);

  @AfterEach
  void close() {
    coder.close();
    store.close();
  }

  private StoredResponse stored(String type) {
    SlabBody body = store.newBody(4_000);
    body.append(Unpooled.wrappedBuffer(new byte[4_000]));
    body.finish();
    StoredResponse response =
        new StoredResponse(
            CacheKeys.of("shop", KeyPolicy.DEFAULT, "www.test", "/"),
            Variant.ANY,
            new ResponseHead(200, Fields.of("Content-Type", type)),
            new Freshness(0, 0, 3_600_000, 0, 0, false, false, Freshness.Source.MAX_AGE),
            new String[0],
            new AsOf("log", 1),
            0,
            body);
    store.put(response.retain());
    return response;
  }

  private static RequestHead request(String... fields) {
    return RequestHead.of("GET", "http", "www.test", "/", Fields.of(fields));
  }

  private Coding choose(StoredResponse response, RequestHead request) {
    return forms.heads(response, ON).eligible()
        ? forms.choose(response.body(), response.key(), request, ON)
        : null;
  }

  /** Bytes of heap that one choice takes, once it has been taken often. */
  private long allocated(StoredResponse response, RequestHead request) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Coding chosen = null;
    for (int i = 0; i < TIMES; i++) {
      chosen = choose(response, request);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < TIMES; i++) {
      if (choose(response, request) != chosen) {
        throw new AssertionError("another form was chosen");
      }
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / TIMES;
  }

  @Test
  void aHitAllocatesNothing() {
    StoredResponse text = stored("text/plain");
    RequestHead browser = request("Accept", "*/*", "Accept-Encoding", "gzip, deflate, br, zstd");
    assertThat(allocated(text, request("Accept", "*/*"))).isZero();
    await().until(() -> choose(text, browser) == Coding.BR);
    assertThat(allocated(text, browser)).isZero();
    text.release();
    StoredResponse image = stored("image/png");
    assertThat(allocated(image, browser)).isZero();
    assertThat(image.body().codedForms()).isNull();
    image.release();
  }

  @Test
  void theHeadsOfAnotherPolicyAreNotUsed() {
    StoredResponse text = stored("text/plain");
    assertThat(forms.heads(text, ON).eligible()).isTrue();
    assertThat(forms.heads(text, ON)).isSameAs(forms.heads(text, ON));
    assertThat(forms.heads(text, CompressionPolicy.OFF).eligible()).isFalse();
    assertThat(forms.heads(text, ON).eligible()).isTrue();
    text.release();
  }

  @Test
  void theBestThatIsThereGoesOutWhileTheBestOfAllIsMade() {
    StoredResponse text = stored("text/plain");
    RequestHead gzip = request("Accept-Encoding", "gzip");
    await().until(() -> choose(text, gzip) == Coding.GZIP);
    coder.close();
    RequestHead both = request("Accept-Encoding", "br, gzip;q=0.1");
    assertThat(choose(text, both)).isEqualTo(Coding.GZIP);
    assertThat(choose(text, request("Accept-Encoding", "br"))).isNull();
    assertThat(choose(text, request("Accept-Encoding", "gzip", "Range", "bytes=0-1"))).isNull();
    text.release();
  }
}
