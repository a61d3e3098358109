package io.nearcast.control.ledger;

import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.StaleRevision;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/** A store in memory that several ledgers write at once, and that fails when it is told to. */
final class SharedMemory {
  private final TreeMap<String, Document> documents = new TreeMap<>();
  private final List<Commit> commits = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();
  private final List<Runnable> watchers = new ArrayList<>();
  private Position position = new Position(UUID.randomUUID().toString(), 0, 0);
  private Pause pause = () -> {};
  private boolean fail;
  private boolean loseAnswer;
  private boolean away;
  private boolean shared = true;

  interface Pause {
    void run() throws InterruptedException;
  }

  Store store() {
    return store(Integer.MAX_VALUE);
  }

  Store store(int valuesMax) {
    return new View(valuesMax);
  }

  synchronized void beforeNextCommit(Pause next) {
    pause = next;
  }

  synchronized void failNextCommit() {
    fail = true;
  }

  /** Has it say that nobody else writes it. */
  synchronized void own() {
    shared = false;
  }

  /** Has everything fail, or nothing any more. */
  synchronized void away(boolean now) {
    away = now;
  }

  private void requireThere() {
    if (away) {
      throw new StoreFailure("is away", new IOException("told to"));
    }
  }

  synchronized void loseNextAnswer() {
    loseAnswer = true;
  }

  synchronized long commits() {
    return commits.size();
  }

  private synchronized Pause takePause() {
    Pause taken = pause;
    pause = () -> {};
    return taken;
  }

  private synchronized void write(Commit commit) throws StaleRevision {
    requireThere();
    if (fail) {
      fail = false;
      throw new StoreFailure("cannot write", new IOException("told to"));
    }
    if (commit.revision() != position.revision() + 1) {
      throw new StaleRevision(commit.revision());
    }
    position = position.after(commit);
    commits.add(commit);
    entries.addAll(commit.entries());
    for (Document document : commit.documents()) {
      if (document.value() == null) {
        documents.remove(document.key());
      } else {
        documents.put(document.key(), document);
      }
    }
    watchers.forEach(Runnable::run);
    if (loseAnswer) {
      loseAnswer = false;
      throw new StoreFailure("no answer", new IOException("told to"));
    }
  }

  private final class View implements Store {
    private final int valuesMax;

    View(int valuesMax) {
      this.valuesMax = valuesMax;
    }

    @Override
    public Position position() {
      synchronized (SharedMemory.this) {
        return position;
      }
    }

    @Override
    public byte[] read(String key) {
      synchronized (SharedMemory.this) {
        requireThere();
        Document document = documents.get(key);
        return document == null ? null : document.value();
      }
    }

    @Override
    public List<Document> list(String prefix, String after, int limit, Order order) {
      synchronized (SharedMemory.this) {
        NavigableMap<String, Document> all =
            order == Order.ASCENDING ? documents : documents.descendingMap();
        return all.values().stream()
            .filter(document -> document.key().startsWith(prefix))
            .filter(document ->
                after == null
                    || (order == Order.ASCENDING
                        ? document.key().compareTo(after) > 0
                        : document.key().compareTo(after) < 0))
            .limit(limit)
            .toList();
      }
    }

    @Override
    public List<Entry> entries(long after, int limit, long bytesMax) {
      synchronized (SharedMemory.this) {
        return entries.stream().filter(entry -> entry.sequence() > after).limit(limit).toList();
      }
    }

    @Override
    public void trim(long through) {
      synchronized (SharedMemory.this) {
        entries.removeIf(entry -> entry.sequence() <= through);
      }
    }

    @Override
    public boolean fits(int values, long bytes) {
      return values <= valuesMax;
    }

    @Override
    public void commit(Commit commit) throws StaleRevision {
      try {
        takePause().run();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      write(commit);
    }

    @Override
    public List<Commit> commitsAfter(long revision, int limit) {
      synchronized (SharedMemory.this) {
        requireThere();
        return commits.stream()
            .filter(commit -> commit.revision() > revision)
            .limit(limit)
            .toList();
      }
    }

    @Override
    public void watch(Runnable moved) {
      synchronized (SharedMemory.this) {
        watchers.add(moved);
      }
    }

    @Override
    public boolean isShared() {
      return shared;
    }

    @Override
    public void close() {}
  }
}
