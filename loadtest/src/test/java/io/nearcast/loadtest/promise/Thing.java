package io.nearcast.loadtest.promise;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that clients ask for, or a slice of it. Each is there once. */
final class Thing {
  /** A slice of no version in particular, which no rule of the product allows. */
  static final long ANY_VERSION = -1;

  private static final long WHOLE = -2;

  private final String service;
  private final String path;
  private final String tag;
  private final boolean sliced;
  private final long version;
  private final CacheKey key;
  private final String[] tags;
  private final Map<Long, Thing> slices = new HashMap<>();
  private final Thing whole;

  /**
   * @param service {@code serve} or {@code revalidate}, which is also what it says of cut-off edges
   * @param path its URL's
   * @param tag its only one
   * @param sliced whether it is so large that it lies in slices
   */
  Thing(String service, String path, String tag, boolean sliced) {
    this(service, path, tag, sliced, WHOLE, null);
  }

  private Thing(
      String service,
      String path,
      String tag,
      boolean sliced,
      long version,
      @Nullable Thing whole) {
    this.service = service;
    this.path = path;
    this.tag = tag;
    this.sliced = sliced;
    this.version = version;
    this.whole = whole == null ? this : whole;
    key = key(service, "host", path);
    tags = new String[] {tag};
  }

  static CacheKey key(String service, String host, String path) {
    return CacheKeys.of(service, KeyPolicy.DEFAULT, host, path);
  }

  String service() {
    return service;
  }

  String path() {
    return path;
  }

  String tag() {
    return tag;
  }

  CacheKey key() {
    return key;
  }

  String[] tags() {
    return tags;
  }

  boolean revalidates() {
    return service.equals("revalidate");
  }

  /** Whether more than the head of the whole is needed to answer with it. */
  boolean sliced() {
    return sliced && !isSlice();
  }

  boolean isSlice() {
    return version != WHOLE;
  }

  /** Whether a version of the origin can be an answer. */
  boolean fits(long produced) {
    return version < 0 || version == produced;
  }

  Thing whole() {
    return whole;
  }

  /** Its slice of one version. */
  Thing slice(long ofVersion) {
    return slices.computeIfAbsent(ofVersion, at -> new Thing(service, path, tag, true, at, this));
  }

  @Override
  public String toString() {
    return service + path + (isSlice() ? " slice of " + version : "");
  }
}
