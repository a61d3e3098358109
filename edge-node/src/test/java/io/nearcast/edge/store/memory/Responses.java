package io.nearcast.edge.store.memory;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.Store;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;

/** Responses and requests for tests of the store. */
final class Responses {
  static final Freshness FRESH =
      new Freshness(0, 0, 60_000, 0, 0, false, false, Freshness.Source.MAX_AGE);

  private Responses() {}

  static CacheKey key(String target) {
    return CacheKeys.of("shop", KeyPolicy.DEFAULT, "www.shop.example", target);
  }

  static RequestHead request(String target, String... fields) {
    return RequestHead.of("GET", "http", "www.shop.example", target, Fields.of(fields));
  }

  static Variant language(String value) {
    return new Variant(List.of("accept-language"), List.of(value));
  }

  /** A complete body of so many bytes of that value, or null where the store has no room. */
  static SlabBody body(Store store, int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    SlabBody body = store.newBody(length);
    if (!body.append(Unpooled.wrappedBuffer(bytes))) {
      body.fail();
      body.release();
      return null;
    }
    body.finish();
    return body;
  }

  static StoredResponse response(String target, Variant variant, SlabBody body) {
    Fields fields = Fields.of("Content-Type", "text/plain", "X-Length", "" + body.length());
    return new StoredResponse(
        key(target),
        variant,
        new ResponseHead(200, fields),
        FRESH,
        new String[0],
        new AsOf("log", 7),
        3,
        body);
  }

  static void put(Store store, String target, int length, int value) {
    store.put(response(target, Variant.ANY, body(store, length, value)));
  }

  /** The first byte of what is stored for a request, or -1. */
  static int lookup(Store store, RequestHead request) {
    StoredResponse found = store.lookup(key(request.target()), request);
    if (found == null) {
      return -1;
    }
    ByteBuf slice = found.body().slice(0, 1);
    int value = slice.getByte(0);
    slice.release();
    found.release();
    return value;
  }
}
