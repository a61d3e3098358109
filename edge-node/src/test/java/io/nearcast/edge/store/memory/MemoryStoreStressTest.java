package io.nearcast.edge.store.memory;

import static io.nearcast.edge.store.memory.Responses.key;
import static io.nearcast.edge.store.memory.Responses.language;
import static io.nearcast.edge.store.memory.Responses.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several threads put, look up, replace, remove and invalidate under few keys and little memory,
 * while each holds slices. Every byte of a body has the value that belongs to its key, so that
 * memory that was used again too early shows.
 */
class MemoryStoreStressTest {
  private static final int THREADS = 4;
  private static final int KEYS = 300;
  private static final int STEPS = 15_000;

  private record Held(ByteBuf slice, byte value) {
    void check() {
      int length = slice.readableBytes();
      int different = slice.forEachByte(slice.readerIndex(), length, each -> each == value);
      if (different >= 0) {
        throw new AssertionError("a byte of " + value + " was written over");
      }
      slice.release();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void readersNeverSeeMemoryThatOthersUse(long seed) throws Exception {
    MemoryStore store = new MemoryStore(2 << 20);
    long hits = 0;
    try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Long>> workers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed * THREADS + i);
        workers.add(executor.submit(() -> work(store, random)));
      }
      for (Future<Long> worker : workers) {
        hits += worker.get(120, TimeUnit.SECONDS);
      }
    }
    assertThat(hits).isPositive();
    assertThat(store.stats().evicted()).isPositive();
    Awaitility.await().until(() -> store.stats().bytes() <= store.stats().bytesMax());
    store.close();
    Awaitility.await().until(() -> store.stats().bodyBytesUsed() == 0);
    assertThat(store.stats().bytes()).isZero();
    assertThat(store.stats().responses()).isZero();
    assertThat(store.stats().bodyBytesWasted()).isZero();
  }

  private static long work(MemoryStore store, Random random) {
    Deque<Held> held = new ArrayDeque<>();
    long hits = 0;
    for (int step = 0; step < STEPS; step++) {
      int number = (int) (KEYS * Math.pow(random.nextDouble(), 3));
      String target = "/" + number;
      String language = "l" + number % 3 + random.nextInt(3);
      RequestHead request = request(target, "Accept-Language", language);
      StoredResponse found = store.lookup(key(target), request);
      if (found == null) {
        put(store, random, number, language);
        continue;
      }
      hits++;
      hold(held, found, random, (byte) number);
      change(store, found, random, number, language);
      found.release();
    }
    held.forEach(Held::check);
    return hits;
  }

  private static void hold(Deque<Held> held, StoredResponse found, Random random, byte value) {
    long length = found.body().length();
    long from = length == 0 ? 0 : random.nextLong(length);
    held.add(new Held(found.body().slice(from, 1 + random.nextInt(50_000)), value));
    if (held.size() > 20) {
      held.remove().check();
    }
  }

  private static void change(
      MemoryStore store, StoredResponse found, Random random, int number, String language) {
    switch (random.nextInt(12)) {
      case 0 -> store.remove(found);
      case 1 -> store.invalidate(found.key());
      case 2 -> put(store, random, number, language);
      case 3 ->
          store.put(
              found.withHead(found.head(), found.variant(), found.freshness(), found.asOf(), 0));
      default -> assertThat(found.body().complete()).isTrue();
    }
  }

  private static void put(MemoryStore store, Random random, int number, String language) {
    int length = random.nextInt(1 << (4 + random.nextInt(13)));
    SlabBody body = Responses.body(store, length, number);
    if (body != null) {
      Variant variant = random.nextInt(4) == 0 ? Variant.ANY : language(language);
      store.put(Responses.response("/" + number, variant, body));
    }
  }
}
