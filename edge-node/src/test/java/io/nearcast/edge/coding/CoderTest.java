package io.nearcast.edge.coding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.model.Coding;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.CacheKeys;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.memory.MemoryStore;
import io.nearcast.edge.store.slab.CodedForms;
import io.nearcast.edge.store.slab.SlabBody;
import io.nearcast.edge.testing.Leaks;
import io.netty.buffer.Unpooled;
import io.prometheus.client.CollectorRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Forms that are made, dropped, refused and given back. */
@Timeout(60)
final class CoderTest {
  private static final int MEGABYTE = 1 << 20;

  private final MemoryStore memory = new MemoryStore(64L << 20);
  private final CountDownLatch mayMake = new CountDownLatch(1);
  private final CollectorRegistry registry = new CollectorRegistry();
  private final Coder coder = new Coder(this::newBody, memory::reweigh, registry);

  /** Forms get their memory only when the latch is open, so that their threads can be held. */
  private SlabBody newBody(long expectedLength) {
    boolean interrupted = false;
    while (true) {
      try {
        mayMake.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return memory.newBody(expectedLength);
  }

  @AfterEach
  void nothingIsLeft() {
    mayMake.countDown();
    coder.close();
    memory.close();
    assertThat(memory.stats().bodyBytesUsed()).isZero();
    Leaks.check();
  }

  private static byte[] text(int length, int seed) {
    Random random = new Random(seed);
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = (byte) ('a' + random.nextInt(4));
    }
    return text;
  }

  /** A response of the store's, which the test holds as well. */
  private StoredResponse stored(String target, byte[] content) {
    SlabBody body = memory.newBody(content.length);
    body.append(Unpooled.wrappedBuffer(content));
    body.finish();
    StoredResponse response =
        new StoredResponse(
            CacheKeys.of("shop", KeyPolicy.DEFAULT, "www.test", target),
            Variant.ANY,
            new ResponseHead(200, Fields.of("Content-Type", "text/plain")),
            new Freshness(0, 0, 3_600_000, 0, 0, false, false, Freshness.Source.MAX_AGE),
            new String[0],
            new AsOf("log", 1),
            0,
            body);
    response.retain();
    memory.put(response);
    return response;
  }

  private void want(StoredResponse response, Coding coding) {
    coder.want(response.body(), response.key(), coding);
  }

  private double count(String result) {
    double sum = 0;
    for (Coding coding : Coding.ALL) {
      Double value =
          registry.getSampleValue(
              "nearcast_coded_forms_total",
              new String[] {"coding", "result"},
              new String[] {coding.token(), result});
      sum += value == null ? 0 : value;
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(Coding.class)
  void aFormIsThereWhenItIsComplete(Coding coding) {
    mayMake.countDown();
    StoredResponse response = stored("/a", text(MEGABYTE, 1));
    long before = memory.stats().bytes();
    want(response, coding);
    CodedForms forms = response.body().codedForms();
    await().until(() -> count("made") == 1);
    SlabBody form = forms.get(coding);
    assertThat(form.complete()).isTrue();
    assertThat(form.length()).isLessThan(MEGABYTE / 2);
    assertThat(forms.allocatedBytes()).isGreaterThanOrEqualTo(form.length());
    await()
        .untilAsserted(
            () -> assertThat(memory.stats().bytes()).isGreaterThan(before + form.length()));
    want(response, coding);
    assertThat(forms.claim(coding)).isFalse();
    response.release();
  }

  @Test
  void theWindowOfZstandardIsWithinWhatClientsTake() {
    mayMake.countDown();
    byte[] content = text(16 * MEGABYTE, 3);
    StoredResponse response = stored("/a", content);
    want(response, Coding.ZSTD);
    await().until(() -> count("made") == 1);
    SlabBody form = response.body().codedForms().get(Coding.ZSTD);
    byte[] coded = new byte[(int) form.length()];
    form.copyTo(0, Unpooled.wrappedBuffer(coded).clear(), coded.length);
    // RFC 9659: at most 8 MB; RFC 8878 3.1.1.1.2: the byte behind magic number and descriptor.
    assertThat(10 + ((coded[5] & 0xff) >> 3)).isLessThanOrEqualTo(23);
    response.release();
  }

  @Test
  void whatFindsTheQueueFullIsDroppedAndCanBeAskedForAgain() {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
    int room = Coder.WAITING_MAX + threads;
    List<StoredResponse> responses = new ArrayList<>();
    for (int i = 0; i < room + 10; i++) {
      StoredResponse response = stored("/" + i, text(4_000, i));
      responses.add(response);
      want(response, Coding.GZIP);
    }
    assertThat(count("dropped")).isEqualTo(10);
    mayMake.countDown();
    await().until(() -> count("made") == room);
    StoredResponse last = responses.getLast();
    assertThat(last.body().codedForms().get(Coding.GZIP)).isNull();
    want(last, Coding.GZIP);
    await().until(() -> last.body().codedForms().get(Coding.GZIP) != null);
    responses.forEach(StoredResponse::release);
  }

  @Test
  void whatWaitsHoldsNoMemory() {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
    for (int i = 0; i < threads; i++) {
      StoredResponse first = stored("/first" + i, text(4_000, i));
      want(first, Coding.GZIP);
      first.release();
    }
    StoredResponse waiting = stored("/waiting", text(MEGABYTE, 7));
    want(waiting, Coding.GZIP);
    waiting.release();
    long before = memory.stats().bodyBytesUsed();
    memory.invalidate(waiting.key());
    assertThat(memory.stats().bodyBytesUsed()).isLessThanOrEqualTo(before - MEGABYTE);
    mayMake.countDown();
    await().until(() -> count("gone") == 1);
  }

  @Test
  void whatDoesNotShrinkIsRefusedForEver() {
    mayMake.countDown();
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);
    StoredResponse response = stored("/a", noise);
    want(response, Coding.BR);
    await().until(() -> count("not-worth-it") == 1);
    CodedForms forms = response.body().codedForms();
    await().until(() -> forms.decided(Coding.BR) && forms.get(Coding.BR) == null);
    assertThat(forms.claim(Coding.BR)).isFalse();
    assertThat(forms.heapBytes()).isZero();
    response.release();
  }

  @Test
  void whatFoundNoRoomCanBeAskedForAgain() {
    MemoryStore small = new MemoryStore(2 << 20);
    Queue<LongFunction<SlabBody>> bodies = new ConcurrentLinkedQueue<>();
    bodies.add(small::newBody);
    bodies.add(memory::newBody);
    StoredResponse response = stored("/a", text(8 * MEGABYTE, 1));
    CodedForms forms = response.body().withCodedForms();
    try (Coder other =
        new Coder(
            length -> bodies.remove().apply(length), memory::reweigh, new CollectorRegistry())) {
      other.want(response.body(), response.key(), Coding.GZIP);
      await().until(() -> !forms.decided(Coding.GZIP));
      assertThat(bodies).hasSize(1);
      other.want(response.body(), response.key(), Coding.GZIP);
      await().until(() -> forms.get(Coding.GZIP) != null);
    }
    assertThat(small.stats().bodyBytesUsed()).isZero();
    small.close();
    response.release();
  }

  @Test
  void formsGoWithTheLastReaderOfTheirBody() {
    mayMake.countDown();
    StoredResponse response = stored("/a", text(MEGABYTE, 1));
    want(response, Coding.GZIP);
    await().until(() -> count("made") == 1);
    SlabBody reading = response.body().codedForms().get(Coding.GZIP).retain();
    memory.invalidate(response.key());
    assertThat(memory.stats().bodyBytesUsed()).isGreaterThan(MEGABYTE);
    // The coder may still hold the response, for the time of its reweighing.
    response.release();
    await().until(() -> memory.stats().bodyBytesUsed() == reading.allocatedBytes());
    assertThat(reading.complete()).isTrue();
    reading.release();
    assertThat(memory.stats().bodyBytesUsed()).isZero();
  }

  @Test
  void whatIsBeingMadeIsGivenUpAtTheEnd() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      StoredResponse response = stored("/" + i, text(100_000, i));
      want(response, Coding.ZSTD);
      response.release();
    }
    Thread closing = Thread.ofPlatform().start(coder::close);
    await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
    mayMake.countDown();
    closing.join();
    assertThat(count("made")).isZero();
    memory.forEach(response -> assertThat(response.body().codedForms().get(Coding.ZSTD)).isNull());
  }
}
