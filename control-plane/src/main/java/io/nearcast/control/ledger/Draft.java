package io.nearcast.control.ledger;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.json.Documents;
import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a decision sees and changes: the state and the documents as they will be once everything
 * decided before it is written. Belongs to the ledger's thread.
 */
public final class Draft {
  private final Store store;
  private final @Nullable Draft under;
  private final Instant now;
  private final List<FeedEntry> entries = new ArrayList<>();
  private final List<Entry> encoded = new ArrayList<>();
  private final TreeMap<String, Document> documents = new TreeMap<>();
  private FeedState feed;
  private int writes;
  private long bytes;

  /** A draft of a group of decisions. */
  Draft(Store store, FeedState feed, Instant now) {
    this(store, null, feed, now);
  }

  private Draft(Store store, @Nullable Draft under, FeedState feed, Instant now) {
    this.store = store;
    this.under = under;
    this.feed = feed;
    this.now = now;
  }

  /** A draft of one decision on top of those decided before it. */
  Draft over() {
    return new Draft(store, this, feed, now);
  }

  /** The services, PoPs and so on. */
  public FeedState feed() {
    return feed;
  }

  /** The time for people to read; nothing is ordered by it. */
  public Instant now() {
    return now;
  }

  /** A document, or null if there is none. */
  public <T> @Nullable T read(Class<T> type, String key) {
    Document own = documents.get(key);
    if (own != null) {
      return own.value() == null ? null : Documents.readJson(type, own.value());
    }
    if (under != null) {
      return under.read(type, key);
    }
    byte[] value = store.read(key);
    return value == null ? null : Documents.readJson(type, value);
  }

  /** All documents whose keys begin with a prefix, lowest key first: only for what is few. */
  public List<Document> list(String prefix) {
    TreeMap<String, Document> found = new TreeMap<>();
    if (under == null) {
      store.each(prefix, document -> found.put(document.key(), document));
    } else {
      under.list(prefix).forEach(document -> found.put(document.key(), document));
    }
    for (Document own : documents.tailMap(prefix).values()) {
      if (!own.key().startsWith(prefix)) {
        break;
      }
      if (own.value() == null) {
        found.remove(own.key());
      } else {
        found.put(own.key(), own);
      }
    }
    return List.copyOf(found.values());
  }

  /** Writes a document. */
  public void put(String key, Object document) {
    byte[] value = Documents.writeJson(document);
    documents.put(key, new Document(key, value));
    count(value.length);
  }

  /** Deletes a document, whether there is one or not. */
  public void delete(String key) {
    documents.put(key, new Document(key, null));
    count(0);
  }

  /** Whether this draft, or what was decided before it for the same commit, deletes a document. */
  public boolean deletes(String key) {
    Document own = documents.get(key);
    return own == null ? under != null && under.deletes(key) : own.value() == null;
  }

  /**
   * Appends an entry to the log and brings the state up to it.
   *
   * @return its sequence
   */
  public long append(Change change) {
    FeedEntry entry = new FeedEntry(feed.sequence() + 1, now, change);
    feed = feed.apply(entry);
    entries.add(entry);
    byte[] json = Documents.writeJson(entry);
    encoded.add(new Entry(entry.sequence(), json));
    count(json.length);
    StateDocuments.write(change, feed, this);
    return entry.sequence();
  }

  /** The sequence that the next appended entry will have. */
  public long nextSequence() {
    return feed.sequence() + 1;
  }

  boolean isEmpty() {
    return entries.isEmpty() && documents.isEmpty();
  }

  /** Takes over what the draft on top of this one has changed. */
  void merge(Draft over) {
    entries.addAll(over.entries);
    encoded.addAll(over.encoded);
    documents.putAll(over.documents);
    feed = over.feed;
    writes += over.writes;
    bytes += over.bytes;
  }

  private void count(int valueBytes) {
    writes++;
    bytes += valueBytes;
  }

  Commit commit(long revision) {
    return new Commit(revision, encoded, List.copyOf(documents.values()));
  }

  /** Whether a store can write this and the draft on top of it in one commit. */
  boolean fits(Draft over) {
    return store.fits(writes + over.writes, bytes + over.bytes);
  }

  Committed committed() {
    return new Committed(feed, entries, encoded, List.copyOf(documents.values()));
  }
}
