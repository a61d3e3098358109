package io.nearcast.control.store;

import java.io.IOException;
import java.util.List;

/** A store that takes no more in one commit than Consul does, and refuses what it is told to. */
public final class NarrowStore implements Store {
  private static final int VALUES_MAX = 62;
  private static final int BYTES_MAX = 360_000;

  private final Store store;
  private volatile String refused = "";

  public NarrowStore(Store store) {
    this.store = store;
  }

  /** Has every commit fail that writes a document whose key begins so; empty for none. */
  public void refuse(String prefix) {
    refused = prefix;
  }

  @Override
  public boolean fits(int values, long bytes) {
    return values <= VALUES_MAX && bytes <= BYTES_MAX;
  }

  @Override
  public void commit(Commit commit) throws StaleRevision {
    String prefix = refused;
    if (!prefix.isEmpty()
        && commit.documents().stream().anyMatch(document -> document.key().startsWith(prefix))) {
      throw new StoreFailure("cannot write " + prefix, new IOException("told to"));
    }
    store.commit(commit);
  }

  @Override
  public Position position() {
    return store.position();
  }

  @Override
  public byte[] read(String key) {
    return store.read(key);
  }

  @Override
  public List<Document> list(String prefix, String after, int limit, Order order) {
    return store.list(prefix, after, limit, order);
  }

  @Override
  public List<Entry> entries(long after, int limit, long bytesMax) {
    return store.entries(after, limit, bytesMax);
  }

  @Override
  public void trim(long through) {
    store.trim(through);
  }

  @Override
  public List<Commit> commitsAfter(long revision, int limit) {
    return store.commitsAfter(revision, limit);
  }

  @Override
  public void watch(Runnable moved) {
    store.watch(moved);
  }

  @Override
  public void close() {
    store.close();
  }
}
