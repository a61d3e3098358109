package io.nearcast.edge.store.memory;

import static io.nearcast.edge.store.memory.Responses.body;
import static io.nearcast.edge.store.memory.Responses.key;
import static io.nearcast.edge.store.memory.Responses.language;
import static io.nearcast.edge.store.memory.Responses.lookup;
import static io.nearcast.edge.store.memory.Responses.put;
import static io.nearcast.edge.store.memory.Responses.request;
import static io.nearcast.edge.store.memory.Responses.response;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoreStats;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryStoreTest {
  private static final long LIMIT = 8 << 20;

  private final MemoryStore store = new MemoryStore(LIMIT);

  @AfterEach
  void closingReleasesEverything() {
    store.close();
    StoreStats stats = store.stats();
    assertThat(stats.bodyBytesUsed()).isZero();
    assertThat(stats.bodyBytesWasted()).isZero();
    assertThat(stats.bytes()).isZero();
    assertThat(stats.responses()).isZero();
  }

  @Test
  void whatWasPutIsFoundUnderItsKeyOnly() {
    put(store, "/a", 1000, 1);

    assertThat(lookup(store, request("/a"))).isEqualTo(1);
    assertThat(lookup(store, request("/b"))).isEqualTo(-1);
    assertThat(store.holds(key("/a"))).isTrue();
    assertThat(store.holds(key("/b"))).isFalse();
    assertThat(store.stats().responses()).isEqualTo(1);
    assertThat(store.stats().bodyBytesUsed()).isEqualTo(1024);
    assertThat(store.stats().bytes()).isBetween(1024L + 600, 1024L + 1500);
  }

  @Test
  void smallResponsesLeaveTheHeapThatOthersNeed() {
    long heapBytesMax = 6 << 20;
    MemoryStore small = new MemoryStore(64 << 20, heapBytesMax);
    for (int i = 0; i < 20_000; i++) {
      put(small, "/" + i, 10, 1);
    }

    Awaitility.await().until(() -> small.stats().bytes() <= small.stats().bytesMax());
    long[] heapBytes = {0};
    small.forEach(response -> heapBytes[0] += Weights.heapBytes(response));
    assertThat(heapBytes[0]).isBetween(heapBytesMax * 8 / 10, heapBytesMax);
    small.close();
  }

  @Test
  void hitAllocatesNothing() {
    put(store, "/a", 1000, 1);
    CacheKey key = key("/a");
    RequestHead request = request("/a");
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    for (int i = 0; i < 60_000; i++) {
      if (i == 50_000) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      StoredResponse found = store.lookup(key, request);
      found.release();
    }

    // Caffeine notes reads in buffers that it empties now and then.
    assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 10_000).isLessThan(8);
  }

  @Test
  void newerResponseReplacesTheOneOfItsVariantAndReleasesIt() {
    put(store, "/a", 1000, 1);
    put(store, "/a", 3000, 2);

    assertThat(lookup(store, request("/a"))).isEqualTo(2);
    assertThat(store.stats().responses()).isEqualTo(1);
    assertThat(store.stats().bodyBytesUsed()).isEqualTo(3008);
  }

  @Test
  void requestSelectsItsVariant() {
    store.put(response("/a", language("de"), body(store, 10, 1)));
    store.put(response("/a", language("fr"), body(store, 10, 2)));

    assertThat(lookup(store, request("/a", "Accept-Language", "de"))).isEqualTo(1);
    assertThat(lookup(store, request("/a", "Accept-Language", "fr"))).isEqualTo(2);
    assertThat(lookup(store, request("/a", "Accept-Language", "it"))).isEqualTo(-1);
    assertThat(store.holds(key("/a"))).isTrue();
  }

  @Test
  void newestWithVaryIsServedBeforeOneWithout() {
    store.put(response("/a", language("de"), body(store, 10, 1)));
    put(store, "/a", 10, 2);
    assertThat(lookup(store, request("/a", "Accept-Language", "de"))).isEqualTo(1);

    store.put(response("/a", language("de"), body(store, 10, 3)));

    assertThat(lookup(store, request("/a", "Accept-Language", "de"))).isEqualTo(3);
    assertThat(lookup(store, request("/a", "Accept-Language", "fr"))).isEqualTo(2);
  }

  @Test
  void beyondTheNumberOfVariantsTheOldestGoes() {
    for (int i = 0; i < 70; i++) {
      store.put(response("/a", language("l" + i), body(store, 10, i)), 64);
    }

    assertThat(store.stats().responses()).isEqualTo(64);
    assertThat(store.stats().bodyBytesUsed()).isEqualTo(64 * 64);
    assertThat(lookup(store, request("/a", "Accept-Language", "l5"))).isEqualTo(-1);
    assertThat(lookup(store, request("/a", "Accept-Language", "l6"))).isEqualTo(6);
  }

  @Test
  void removeTakesThatVeryResponse() {
    StoredResponse german = response("/a", language("de"), body(store, 10, 1));
    StoredResponse french = response("/a", language("fr"), body(store, 10, 2));
    store.put(german);
    store.put(french);
    StoredResponse newGerman = response("/a", language("de"), body(store, 10, 3));
    store.put(newGerman);

    store.remove(german);
    assertThat(store.stats().responses()).isEqualTo(2);
    store.remove(newGerman);
    store.remove(newGerman);
    assertThat(lookup(store, request("/a", "Accept-Language", "de"))).isEqualTo(-1);
    assertThat(lookup(store, request("/a", "Accept-Language", "fr"))).isEqualTo(2);
    store.remove(french);
    assertThat(store.holds(key("/a"))).isFalse();
  }

  @Test
  void invalidateTakesAllVariants() {
    store.put(response("/a", language("de"), body(store, 10, 1)));
    store.put(response("/a", language("fr"), body(store, 10, 2)));
    put(store, "/b", 10, 3);

    store.invalidate(key("/a"));

    assertThat(store.stats().responses()).isEqualTo(1);
    assertThat(lookup(store, request("/b"))).isEqualTo(3);
  }

  @Test
  void headUpdateSharesTheBody() {
    put(store, "/a", 1000, 1);
    StoredResponse old = store.lookup(key("/a"), request("/a"));
    old.checkedAt(99);
    ResponseHead head = new ResponseHead(200, Fields.of("Age", "0"));

    store.put(old.withHead(head, old.variant(), Responses.FRESH, new AsOf("log", 12), 4));
    old.release();

    StoredResponse updated = store.lookup(key("/a"), request("/a"));
    assertThat(updated.head()).isEqualTo(head);
    assertThat(updated.checkedAt()).isEqualTo(12);
    assertThat(updated.ownEpoch()).isEqualTo(4);
    assertThat(updated.sentHeads()).isNull();
    assertThat(updated.body()).isSameAs(old.body());
    assertThat(store.stats().bodyBytesUsed()).isEqualTo(1024);
    updated.release();
  }

  @Test
  void evictionKeepsTheWeightBelowItsMaximumAndGivesMemoryBack() {
    for (int i = 0; i < 20_000; i++) {
      put(store, "/" + i, 100 + i % 3000, i);
      assertThat(store.stats().bytes()).isLessThan(LIMIT);
    }

    StoreStats stats = store.stats();
    assertThat(stats.bytes()).isLessThanOrEqualTo(stats.bytesMax());
    assertThat(stats.bytes()).isGreaterThan(stats.bytesMax() * 9 / 10);
    assertThat(stats.responses() + stats.evicted()).isEqualTo(20_000);
    assertThat(stats.bodyBytesReserved()).isLessThanOrEqualTo(LIMIT);
  }

  @Test
  void evictedBodyStaysForItsReadersAndFillsStillFindRoom() {
    put(store, "/held", 1_000_000, 42);
    StoredResponse held = store.lookup(key("/held"), request("/held"));
    store.invalidate(key("/held"));
    for (int i = 0; i < 5000; i++) {
      put(store, "/" + i, 3000, 1);
    }

    ByteBuf slice = held.body().slice(0, 1_000_000);
    for (int i = 0; i < slice.readableBytes(); i++) {
      assertThat(slice.getByte(i)).isEqualTo((byte) 42);
    }
    slice.release();
    held.release();
  }

  @Test
  void bodyLargerThanAQuarterIsRefused() {
    SlabBody known = store.newBody(LIMIT / 4 + 1);
    assertThat(known.append(Unpooled.wrappedBuffer(new byte[1]))).isFalse();
    known.release();
    SlabBody unknown = store.newBody(SlabBody.UNKNOWN_LENGTH);
    assertThat(unknown.append(Unpooled.wrappedBuffer(new byte[(int) LIMIT / 4]))).isTrue();
    assertThat(unknown.append(Unpooled.wrappedBuffer(new byte[1]))).isFalse();
    unknown.release();
  }

  @Test
  void largeResponsesPushOutThousandsOfSmallOnes() {
    for (int i = 0; i < 5000; i++) {
      put(store, "/small" + i, 500, 1);
    }
    long small = store.stats().responses();
    for (int round = 0; round < 20; round++) {
      String target = "/large" + round % 4;
      for (int i = 0; i < 10; i++) {
        // Asked for often, so that the policy has a reason to keep it.
        lookup(store, request(target));
      }
      put(store, target, 1_200_000, 5);
      Awaitility.await().until(() -> store.stats().bytes() <= store.stats().bytesMax());
    }

    assertThat(lookup(store, request("/large3"))).isEqualTo(5);
    assertThat(store.stats().responses()).isLessThan(small / 2);
  }

  @Test
  void sweepSeesEveryResponseAndMayRemove() {
    for (int i = 0; i < 100; i++) {
      put(store, "/" + i, 10, i);
    }
    List<String> seen = new ArrayList<>();

    store.forEach(response -> {
      seen.add(response.key().target());
      store.remove(response);
    });

    assertThat(seen).hasSize(100).doesNotHaveDuplicates();
    assertThat(store.stats().responses()).isZero();
  }

  @Test
  void closedStoreKeepsNothing() {
    SlabBody body = body(store, 1000, 1);
    store.close();

    store.put(response("/late", Variant.ANY, body));

    assertThat(store.holds(key("/late"))).isFalse();
    SlabBody later = store.newBody(10);
    assertThat(later.append(Unpooled.wrappedBuffer(new byte[1]))).isFalse();
    later.release();
  }
}
