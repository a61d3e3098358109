package io.nearcast.control.store;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One ordered log, which is the feed, and a map of documents. Both change only by commits, each of
 * which is one transaction: it compares and sets the revision, and writes entries and documents, or
 * it writes nothing.
 *
 * <p>Keys are printable ASCII with {@code /} between their parts; values are JSON in UTF-8. What a
 * commit has written survives anything once {@link #commit} has returned.
 *
 * <p>Thread-safe. Every method may block for as long as the disk or the network takes, and throws
 * {@link StoreFailure} when they fail.
 */
public interface Store extends AutoCloseable {

  /** How many documents {@link #each} has in memory at once. */
  int EACH_PAGE = 1_000;

  /** Where the store is now. */
  Position position();

  /** A document's value, or null if there is none. */
  byte @Nullable [] read(String key);

  /**
   * Documents whose keys begin with a prefix.
   *
   * @param prefix what the keys begin with
   * @param after only keys beyond this one in the order asked for, or null for all
   * @param limit the most documents to return, at least 1
   * @param order by key
   */
  List<Document> list(String prefix, @Nullable String after, int limit, Order order);

  /** Hands over all documents whose keys begin with a prefix, lowest key first. */
  default void each(String prefix, Consumer<Document> consumer) {
    String after = null;
    List<Document> page;
    do {
      page = list(prefix, after, EACH_PAGE, Order.ASCENDING);
      for (Document document : page) {
        consumer.accept(document);
        after = document.key();
      }
    } while (page.size() == EACH_PAGE);
  }

  /**
   * Entries of the log, in order and without gaps. Where the next one was removed, the first one is
   * a later one, or there is none.
   *
   * @param after the first one returned is the next after this sequence
   * @param limit the most entries to return, at least 1
   * @param bytesMax the most bytes that all have together; the first one is returned whatever it
   *     has
   */
  List<Entry> entries(long after, int limit, long bytesMax);

  /**
   * Removes entries, and with them the records of the commits before them, for good. A crash may
   * leave some, which the next call removes.
   *
   * @param through the last one to be removed; calls with a lower one than before do nothing
   */
  void trim(long through);

  /**
   * Whether this control plane is the one that tidies up: at most one of those that share the store
   * is told so, but for a short while after it has been cut off.
   */
  default boolean leads() {
    return true;
  }

  /**
   * Whether one transaction of this store can hold so much.
   *
   * @param values how many entries and documents are written
   * @param bytes what their values have together
   */
  boolean fits(int values, long bytes);

  /**
   * Writes a commit. The same one may be tried again: it is written at most once.
   *
   * @throws StaleRevision if the store is no longer at the revision before this commit: the caller
   *     sees from what {@link #commitsAfter} says whether an earlier try has written it, and
   *     decides anew if not
   * @throws StoreFailure if it is not known whether it has been written
   */
  void commit(Commit commit) throws StaleRevision;

  /**
   * What has been written since a revision, by anybody. Documents have the values of now, which may
   * be those of a later commit.
   *
   * @param revision the last one that the caller knows
   * @param limit the most commits to return, at least 1
   * @throws OutOfStep if the store has another log, or does not have those commits any more
   */
  List<Commit> commitsAfter(long revision, int limit);

  /**
   * Has a listener called, from any thread, soon after somebody else may have written a commit, or
   * the store has stopped or begun to answer. Of several listeners only the last one counts.
   */
  void watch(Runnable moved);

  /** Whether other control planes may write the same store. */
  default boolean isShared() {
    return false;
  }

  /** The records of the control planes that share the store, null where it is not shared. */
  default @Nullable SharedRecords records() {
    return null;
  }

  /**
   * Tells the other control planes something that need not be durable; what was said under the same
   * name before is forgotten.
   *
   * @param name unique among all control planes, as a key
   */
  default void tell(String name, byte[] notice) {}

  /** What all control planes say, this one's own included. */
  default List<Document> told() {
    return List.of();
  }

  /** Takes back what somebody said. */
  default void forget(String name) {}

  /** The catalogue of services beside this store, or null where there is none. */
  default @Nullable FleetCatalogue catalogue() {
    return null;
  }

  /** Lets go of files, connections and threads. */
  @Override
  void close();

  /** The order of a list. */
  enum Order {
    /** Lowest key first. */
    ASCENDING,
    /** Highest key first. */
    DESCENDING
  }
}
