package io.nearcast.loadtest.purge;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.flow.Purged;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.StoredView;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.memory.MemoryStore;
import io.nearcast.edge.store.slab.SlabBody;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What purges cost a node: to apply one, and what is left for each hit afterwards. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PurgeCostBenchmark {
  private static final long NOW = 1_700_000_000_000L;
  private static final String SERVICE = "shop";
  private static final String HOST = "www.shop.example";
  private static final String LOG = "log";

  /** What all stored responses are tagged with, and nothing is purged by but {@link #byTag}. */
  private static final String EVERYWHERE = "everywhere";

  private static RequestHead request(int number) {
    return RequestHead.of("GET", "https", HOST, "/products/" + number, Fields.of("Accept", "*/*"));
  }

  private static CacheKey key(RequestHead request) {
    return CacheKeys.of(SERVICE, KeyPolicy.DEFAULT, HOST, request);
  }

  /** Stores responses with three tags, as of the beginning of the log. */
  private static void fill(MemoryStore store, int objects) {
    ResponseHead response =
        new ResponseHead(
            200,
            Fields.of(
                "Date", "Tue, 14 Nov 2023 22:13:20 GMT",
                "Content-Type", "text/html; charset=utf-8",
                "Content-Length", "0",
                "Cache-Control", "public, max-age=3600"));
    for (int i = 0; i < objects; i++) {
      RequestHead request = request(i);
      Freshness freshness = Freshness.of(request, response, NOW, NOW, CachePolicy.DEFAULT);
      StoredView view = StoredView.of(response, VaryRule.of(response, request), freshness);
      SlabBody body = store.newBody(0);
      body.finish();
      String[] tags = {EVERYWHERE, "product-" + i, "category-" + i % 100};
      store.put(
          new StoredResponse(
              key(request), view.variant(), response, freshness, tags, new AsOf(LOG, 0), 0, body));
    }
  }

  /** A million stored responses, all of which have the tag. */
  @State(Scope.Benchmark)
  public static class Stored {
    private static final int OBJECTS = 1_000_000;

    private final PurgeIndex purges = new PurgeIndex();
    private MemoryStore store;
    private long sequence;

    /** Stores them. */
    @Setup
    public void store() {
      store = new MemoryStore(6L << 30);
      fill(store, OBJECTS);
      int[] count = {0};
      store.forEach(_ -> count[0]++);
      if (count[0] != OBJECTS) {
        throw new IllegalStateException("only " + count[0] + " are stored");
      }
    }

    /** Gives the memory back. */
    @TearDown
    public void close() {
      store.close();
    }

    private long purge(Selector selector) {
      sequence++;
      purges.enter(
          SERVICE, false, List.of(selector), sequence, (_, target) -> key(requestOf(target)));
      purges.applied(new Position(LOG, sequence));
      return sequence;
    }

    private static RequestHead requestOf(String target) {
      return RequestHead.of("GET", "https", HOST, target, Fields.of("Accept", "*/*"));
    }
  }

  /** Stored responses that purges of other things have not hit. */
  @State(Scope.Benchmark)
  public static class Hits {
    private static final int OBJECTS = 1_024;

    /** How many stamps there are, half of URLs and half of tags. */
    @Param({"0", "1", "100000"})
    public int stamps;

    private final PurgeIndex purges = new PurgeIndex();
    private final PurgeIndex own = new PurgeIndex();
    private final RequestHead[] requests =
        IntStream.range(0, OBJECTS)
            .mapToObj(PurgeCostBenchmark::request)
            .toArray(RequestHead[]::new);
    private MemoryStore store;
    private int next;

    /** Stores and purges. */
    @Setup
    public void store() {
      store = new MemoryStore(256L << 20);
      fill(store, OBJECTS);
      for (int i = 0; i < stamps; i++) {
        Selector selector =
            i % 2 == 0 ? new Selector.Url(HOST, "/gone/" + i) : new Selector.Tag("gone-" + i);
        purges.enter(
            SERVICE,
            false,
            List.of(selector),
            i + 1L,
            (_, target) -> key(Stored.requestOf(target)));
      }
      if (purges.size() != stamps) {
        throw new IllegalStateException(purges.size() + " stamps are kept");
      }
      purges.applied(new Position(LOG, stamps));
    }

    /** Gives the memory back. */
    @TearDown
    public void close() {
      store.close();
    }

    private Verdict hit(boolean first) {
      RequestHead request = requests[next++ & (OBJECTS - 1)];
      Position applied = purges.applied();
      StoredResponse found = store.lookup(key(request), request);
      if (first) {
        found.checkedAt(0);
      }
      Verdict verdict = Purged.verdict(purges, own, found, applied);
      found.release();
      if (verdict != Verdict.VALID) {
        throw new IllegalStateException("it was not purged");
      }
      return verdict;
    }
  }

  /** A purge by a tag that a million stored responses have. */
  @Benchmark
  public long byTag(Stored stored) {
    return stored.purge(new Selector.Tag(EVERYWHERE));
  }

  /** A purge of one URL. */
  @Benchmark
  public long byUrl(Stored stored) {
    return stored.purge(new Selector.Url(HOST, "/products/7"));
  }

  /** A hit, with the key made, the response looked up, and compared with the purges. */
  @Benchmark
  public Verdict hit(Hits hits) {
    return hits.hit(false);
  }

  /** The first hit of a response after a purge of anything. */
  @Benchmark
  public Verdict firstHitAfterPurge(Hits hits) {
    return hits.hit(true);
  }
}
