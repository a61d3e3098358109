package io.nearcast.control.store;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/** A store that takes no more in one commit than Consul does, and refuses what it is told to. */
public final class NarrowStore implements Store {
  private static final int VALUES_MAX = 62;
  private static final int BYTES_MAX = 360_000;

  /** The most bytes that a notice may have. */
  public static final int NOTICE_BYTES_MAX = 512 << 10;

  private final Store store;
  private final ConcurrentSkipListMap<String, Document> notices = new ConcurrentSkipListMap<>();
  private volatile String refused = "";
  private volatile boolean shared;
  private volatile boolean deaf;

  public NarrowStore(Store store) {
    this.store = store;
  }

  /** Has every commit fail that writes a document whose key begins so; empty for none. */
  public void refuse(String prefix) {
    refused = prefix;
  }

  /** Has it say that others write it, too. */
  public void share() {
    shared = true;
  }

  /** Has it take no more notices. */
  public void refuseNotices() {
    deaf = true;
  }

  /** Another one says something. */
  public void said(String name, byte[] notice) {
    notices.put(name, new Document(name, notice));
  }

  @Override
  public boolean isShared() {
    return shared;
  }

  @Override
  public void tell(String name, byte[] notice) {
    if (deaf || notice.length > NOTICE_BYTES_MAX) {
      throw new StoreFailure("cannot take a notice", new IOException("told to"));
    }
    said(name, notice);
  }

  @Override
  public List<Document> told() {
    return List.copyOf(notices.values());
  }

  @Override
  public void forget(String name) {
    notices.remove(name);
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
