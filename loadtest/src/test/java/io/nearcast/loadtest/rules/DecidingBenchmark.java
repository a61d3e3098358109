package io.nearcast.loadtest.rules;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;
import io.nearcast.edge.rules.Conditions;
import io.nearcast.edge.rules.Decide;
import io.nearcast.edge.rules.Decision;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.RequestTraits;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.StoredView;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.memory.MemoryStore;
import io.nearcast.edge.store.slab.SlabBody;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What it costs to decide that a stored response is fresh and answers a request: the request's head
 * is read, the stored variant is compared, freshness is worked out, and the client's conditions are
 * evaluated.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecidingBenchmark {
  private static final long NOW = 1_700_000_000_000L;

  /** A request and the response that is stored for it. */
  public enum Case {
    /** As a program sends it. */
    PLAIN,
    /** 750 bytes of fields, as browsers send. */
    BROWSER,
    /** The same, of a response that varies. */
    BROWSER_VARY,
    /** The same, by a browser that has a copy. */
    BROWSER_VALIDATES,
    /** The same, with a date. */
    BROWSER_VALIDATES_BY_DATE;

    private Fields fields() {
      return Fields.of(
          switch (this) {
            case PLAIN -> new String[] {"Accept", "*/*"};
            case BROWSER, BROWSER_VARY -> browser();
            case BROWSER_VALIDATES -> browser("If-None-Match", "\"5f-61a2b3c4d5e6f\"");
            case BROWSER_VALIDATES_BY_DATE ->
                browser("If-Modified-Since", "Tue, 14 Nov 2023 08:00:00 GMT");
          });
    }

    private ResponseHead response() {
      Fields response =
          Fields.of(
              "Date", "Tue, 14 Nov 2023 22:13:20 GMT",
              "Content-Type", "text/html; charset=utf-8",
              "Content-Length", "10240",
              "Cache-Control", "public, max-age=3600, stale-while-revalidate=60",
              "ETag", "\"5f-61a2b3c4d5e6f\"",
              "Last-Modified", "Tue, 14 Nov 2023 08:00:00 GMT");
      return new ResponseHead(
          200, this == BROWSER_VARY ? response.with("Vary", "Accept-Encoding") : response);
    }
  }

  /** Which request. */
  @Param public Case request;

  private RequestHead head;
  private StoredView stored;
  private MemoryStore store;

  /** Stores the response. */
  @Setup
  public void store() {
    head = RequestHead.of("GET", "https", "www.shop.example", "/c/7?page=2", request.fields());
    ResponseHead response = request.response();
    Freshness freshness = Freshness.of(head, response, NOW, NOW, CachePolicy.DEFAULT);
    stored = StoredView.of(response, VaryRule.of(response, head), freshness);
    store = new MemoryStore(64 << 20);
    SlabBody body = store.newBody(0);
    body.finish();
    AsOf asOf = new AsOf(null, 0);
    store.put(
        new StoredResponse(
            key(), stored.variant(), response, freshness, new String[0], asOf, 0, body));
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    store.close();
  }

  /** The decision alone. */
  @Benchmark
  public Object decide() {
    return decide(stored);
  }

  /** The same, with the key made and the response looked up. */
  @Benchmark
  public Object lookUpAndDecide() {
    StoredResponse found = store.lookup(key(), head);
    Object decided = decide(found.view());
    found.release();
    return decided;
  }

  private Object decide(StoredView view) {
    RequestTraits traits = RequestTraits.of(head);
    if (Decide.beforeLookup(traits, false) != null || !VaryRule.matches(view.variant(), head)) {
      throw new IllegalStateException("no hit");
    }
    Decision decision = Decide.decide(traits, view, false, false, NOW + 5_000);
    return traits.conditional()
        ? Conditions.evaluate(head, view.head(), view.freshness(), false, NOW + 5_000)
        : decision;
  }

  private CacheKey key() {
    return CacheKeys.of("shop", KeyPolicy.DEFAULT, "www.shop.example", head);
  }

  private static String[] browser(String... more) {
    String[] usual = {
      "sec-ch-ua", "\"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\", \"Google Chrome\";v=\"140\"",
      "sec-ch-ua-mobile", "?0",
      "sec-ch-ua-platform", "\"Linux\"",
      "Upgrade-Insecure-Requests", "1",
      "User-Agent",
          "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
              + " Chrome/140.0.0.0 Safari/537.36",
      "Accept",
          "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
              + "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
      "Sec-Fetch-Site", "same-origin",
      "Sec-Fetch-Mode", "navigate",
      "Sec-Fetch-User", "?1",
      "Sec-Fetch-Dest", "document",
      "Referer", "https://www.shop.example/c/7?page=1",
      "Accept-Encoding", "gzip, deflate, br, zstd",
      "Accept-Language", "en-US,en;q=0.9,de;q=0.8",
      "Cookie", "session=0f8fad5bd9cb469fa16570867728950e; consent=yes"
    };
    String[] all = new String[usual.length + more.length];
    System.arraycopy(usual, 0, all, 0, usual.length);
    System.arraycopy(more, 0, all, usual.length, more.length);
    return all;
  }
}
