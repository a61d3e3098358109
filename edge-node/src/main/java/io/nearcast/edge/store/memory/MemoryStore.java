package io.nearcast.edge.store.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.Store;
import io.nearcast.edge.store.StoreStats;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import io.nearcast.edge.store.slab.Slabs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The memory tier: Caffeine is index and policy (W-TinyLFU, weighed in bytes), {@link Slabs} hold
 * the bodies.
 *
 * <p>Three bounds. Stored responses weigh at most three quarters of the limit, bodies and heap
 * together; above, Caffeine evicts. Their heap, of which small ones have more than body, is at most
 * what the JVM can spare, so that they never exhaust it: a response whose share of that is larger
 * than its share of the limit weighs as much more. Body memory as a whole, with the bodies that
 * still grow and those that were evicted while somebody reads them, never exceeds seven eighths of
 * the limit; there, bodies refuse to grow. The last eighth is for the heap, which the launcher
 * sizes so: the process stays below the limit and what a JVM needs by itself.
 *
 * <p>References: the store has one for each response in it. It gives it back where the response
 * leaves the map, and nowhere else: an eviction in the eviction listener, all other ways in the
 * method that made the change, after the change. A look-up that meets a response whose last
 * reference has gone meanwhile looks again.
 *
 * <p>Threads: Caffeine keeps its books (recent reads, eviction) a bit at a time on the thread that
 * calls, for waking another one would cost more than the work, and all the time. Only where much is
 * to be evicted at once, as when a large response pushes out thousands of small ones, does a thread
 * of its own do it.
 */
public final class MemoryStore implements Store {
  /** Excess weight that the calling thread still evicts itself: a thousand small responses. */
  private static final long INLINE_EVICTION_BYTES = 1 << 20;

  /** Heap for everything but stored responses: the young generation, connections, fills. */
  private static final long HEAP_BESIDE_BYTES = 56 << 20;

  /** However small the heap: a few thousand responses. */
  private static final long HEAP_LEAST_BYTES = 4 << 20;

  private final Slabs slabs;
  private final Cache<CacheKey, Variants> cache;
  private final long weightMax;
  private final double heapScale;
  private final long bodyBytesMax;
  private final Siblings siblings = new Siblings();
  private final AtomicLong weight = new AtomicLong();
  private final LongAdder responses = new LongAdder();
  private final LongAdder evicted = new LongAdder();
  private volatile boolean closed;

  /**
   * An empty store.
   *
   * @param limitBytes the bound of the memory that it takes
   * @throws IllegalArgumentException if the limit is out of range, as {@link Slabs} says
   */
  public MemoryStore(long limitBytes) {
    this(limitBytes, Runtime.getRuntime().maxMemory() - HEAP_BESIDE_BYTES);
  }

  /** As above, with the heap that stored responses may take. */
  MemoryStore(long limitBytes, long heapBytesMax) {
    slabs = new Slabs(limitBytes / 8 * 7);
    weightMax = limitBytes / 4 * 3 / Weights.UNIT_BYTES;
    heapScale = (double) weightMax / Weights.units(Math.max(heapBytesMax, HEAP_LEAST_BYTES));
    bodyBytesMax = limitBytes / 4;
    cache =
        Caffeine.newBuilder()
            .maximumWeight(weightMax)
            .weigher((CacheKey _, Variants variants) -> weight(variants))
            .executor(this::maintain)
            .evictionListener(this::evicted)
            .build();
  }

  @Override
  public SlabBody newBody(long expectedLength) {
    return new SlabBody(slabs, expectedLength, bodyBytesMax);
  }

  @Override
  public @Nullable StoredResponse lookup(CacheKey key, RequestHead request) {
    Variants tried = null;
    while (true) {
      Variants variants = cache.getIfPresent(key);
      // The same ones again: they are about to leave the map.
      if (variants == null || variants == tried) {
        return null;
      }
      StoredResponse response = variants.select(request);
      if (response == null || response.tryRetain()) {
        return response;
      }
      tried = variants;
    }
  }

  @Override
  public boolean holds(CacheKey key) {
    return cache.asMap().containsKey(key);
  }

  @Override
  public @Nullable Variant newestVariant(CacheKey key) {
    Variants variants = cache.getIfPresent(key);
    return variants == null ? null : variants.newest().variant();
  }

  @Override
  public List<StoredResponse> peek(CacheKey key) {
    Variants variants = cache.policy().getIfPresentQuietly(key);
    List<StoredResponse> retained = new ArrayList<>();
    if (variants != null) {
      variants.forEach(response -> {
        if (response.tryRetain()) {
          retained.add(response);
        }
      });
    }
    return retained;
  }

  @Override
  public void put(StoredResponse response, int variantsMax) {
    List<StoredResponse> dropped = new ArrayList<>(1);
    cache
        .asMap()
        .compute(
            response.key(),
            (_, old) -> {
              Variants changed = Variants.with(old, response, variantsMax, dropped::add);
              count(old, changed);
              return changed;
            });
    dropped.forEach(StoredResponse::release);
    siblings.added(response.key());
    // It may have been evicted before it was noted.
    forget(response.key());
    if (closed) {
      drop(response.key());
    }
  }

  @Override
  public void reweigh(CacheKey key) {
    cache
        .asMap()
        .computeIfPresent(
            key,
            (_, old) -> {
              Variants weighed = old.reweighed();
              count(old, weighed);
              return weighed;
            });
  }

  @Override
  public void remove(StoredResponse response) {
    boolean[] found = {false};
    cache
        .asMap()
        .computeIfPresent(
            response.key(),
            (_, old) -> {
              Variants changed = old.without(response);
              found[0] = changed != old;
              count(old, changed);
              return changed;
            });
    if (found[0]) {
      response.release();
      forget(response.key());
    }
  }

  @Override
  public void invalidate(CacheKey key) {
    drop(key.plain());
    siblings.of(key).forEach(this::drop);
  }

  private void forget(CacheKey key) {
    siblings.removeUnless(key, cache.asMap()::containsKey);
  }

  private void drop(CacheKey key) {
    Variants removed = cache.asMap().remove(key);
    forget(key);
    if (removed != null) {
      count(removed, null);
      removed.forEach(StoredResponse::release);
    }
  }

  @Override
  public void forEach(Consumer<StoredResponse> consumer) {
    cache.asMap().values().forEach(variants -> variants.forEach(consumer));
  }

  @Override
  public StoreStats stats() {
    Slabs.Usage memory = slabs.usage();
    return new StoreStats(
        responses.sum(),
        weight.get() * Weights.UNIT_BYTES,
        weightMax * Weights.UNIT_BYTES,
        evicted.sum(),
        memory.limit(),
        memory.reserved(),
        memory.used(),
        memory.wasted());
  }

  @Override
  public void close() {
    closed = true;
    cache.asMap().keySet().forEach(this::drop);
    slabs.close();
  }

  /** Called by Caffeine while it takes an entry out of the map. */
  private void evicted(@Nullable CacheKey key, @Nullable Variants variants, RemovalCause cause) {
    if (variants != null) {
      count(variants, null);
      evicted.add(variants.count());
      siblings.evicted(variants.newest().key());
      variants.forEach(StoredResponse::release);
    }
  }

  private void count(@Nullable Variants before, @Nullable Variants after) {
    weight.addAndGet((after == null ? 0 : weight(after)) - (before == null ? 0 : weight(before)));
    responses.add((after == null ? 0 : after.count()) - (before == null ? 0 : before.count()));
  }

  /** The larger of both shares, in the units of the first bound. */
  private int weight(Variants variants) {
    double heap = Math.min(variants.heapWeight() * heapScale, Integer.MAX_VALUE);
    return Math.max(variants.weight(), (int) heap);
  }

  /** Runs Caffeine's upkeep here, or elsewhere when it will take long. */
  private void maintain(Runnable upkeep) {
    if ((weight.get() - weightMax) * Weights.UNIT_BYTES <= INLINE_EVICTION_BYTES) {
      upkeep.run();
    } else {
      Thread.ofVirtual().name("nearcast-evict").start(upkeep);
    }
  }
}
