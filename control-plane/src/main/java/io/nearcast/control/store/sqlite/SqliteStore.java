package io.nearcast.control.store.sqlite;

import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.StaleRevision;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreContents;
import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * A store in one SQLite file. The caller sees to it that no other process uses the file, for SQLite
 * itself would let it in.
 *
 * <p>The file is in WAL mode with {@code synchronous=FULL}: a commit returns once it is on the
 * disk. One connection writes, guarded by {@code writing}; another reads beside it, guarded by
 * {@code reading}.
 */
public final class SqliteStore implements Store {
  private static final int FORMAT = 1;
  private static final int TRIMMED_AT_ONCE = 1_000;

  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE position (log TEXT NOT NULL, revision INTEGER NOT NULL,"
              + " head INTEGER NOT NULL)",
          "CREATE TABLE entries (sequence INTEGER PRIMARY KEY, json BLOB NOT NULL)",
          "CREATE TABLE documents (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");

  private final Connection writer;
  private final Connection reader;
  private final ReentrantLock writing = new ReentrantLock();
  private final ReentrantLock reading = new ReentrantLock();
  private volatile Position position;

  private SqliteStore(Connection writer, Connection reader, Position position) {
    this.writer = writer;
    this.reader = reader;
    this.position = position;
  }

  /**
   * Opens the store of a directory, or creates it with a new log.
   *
   * @param directory exists; gets {@code control.db} and what SQLite puts beside it
   * @throws StoreFailure if the files cannot be used
   */
  public static SqliteStore open(Path directory) {
    Path file = directory.resolve("control.db");
    try {
      createPrivately(file);
      return openFile(file);
    } catch (SQLException | IOException e) {
      throw new StoreFailure("cannot use " + file + ": " + e.getMessage(), e);
    }
  }

  /** The file holds the key between tiers; what SQLite puts beside it gets the same permissions. */
  private static void createPrivately(Path file) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
  }

  private static SqliteStore openFile(Path file) throws SQLException {
    Connection writer = connect(file);
    try {
      Position position = prepare(writer);
      return new SqliteStore(writer, connect(file), position);
    } catch (SQLException e) {
      writer.close();
      throw e;
    }
  }

  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(5_000);
    return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
  }

  private static Position prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int format;
      try (ResultSet rows = statement.executeQuery("PRAGMA user_version")) {
        format = rows.getInt(1);
      }
      if (format == 0) {
        create(connection, statement);
      } else if (format != FORMAT) {
        throw new SQLException("the file has format " + format + ", this version reads " + FORMAT);
      }
      try (ResultSet rows = statement.executeQuery("SELECT log, revision, head FROM position")) {
        return new Position(rows.getString(1), rows.getLong(2), rows.getLong(3));
      }
    }
  }

  /** Writes what another store has into an empty file, which becomes a store. */
  static void write(StoreContents contents, Path file) throws SQLException {
    try (Connection connection =
            new SQLiteConfig().createConnection("jdbc:sqlite:" + file.toAbsolutePath());
        Statement statement = connection.createStatement()) {
      create(connection, statement);
      SqliteStore store = new SqliteStore(connection, connection, contents.position());
      connection.setAutoCommit(false);
      store.insert(contents.entries());
      store.replace(contents.documents());
      try (PreparedStatement update =
          connection.prepareStatement("UPDATE position SET log = ?, revision = ?, head = ?")) {
        update.setString(1, contents.position().log());
        update.setLong(2, contents.position().revision());
        update.setLong(3, contents.position().head());
        update.executeUpdate();
      }
      connection.commit();
    }
  }

  private static void create(Connection connection, Statement statement) throws SQLException {
    connection.setAutoCommit(false);
    for (String table : SCHEMA) {
      statement.execute(table);
    }
    statement.execute("INSERT INTO position VALUES ('" + UUID.randomUUID() + "', 0, 0)");
    statement.execute("PRAGMA user_version = " + FORMAT);
    connection.commit();
    connection.setAutoCommit(true);
  }

  @Override
  public Position position() {
    return position;
  }

  @Override
  public byte @Nullable [] read(String key) {
    return reading(
        "SELECT value FROM documents WHERE key = ?",
        statement -> {
          statement.setString(1, key);
          try (ResultSet rows = statement.executeQuery()) {
            return rows.next() ? rows.getBytes(1) : null;
          }
        });
  }

  @Override
  public List<Document> list(String prefix, @Nullable String after, int limit, Order order) {
    // Keys are ASCII, so that DEL sorts after everything that begins with the prefix.
    String above = prefix + '\u007f';
    boolean ascending = order == Order.ASCENDING;
    String low = ascending && after != null && after.compareTo(prefix) > 0 ? after : prefix;
    String high = !ascending && after != null && after.compareTo(above) < 0 ? after : above;
    return reading(
        "SELECT key, value FROM documents WHERE key > ? AND key < ? ORDER BY key "
            + (ascending ? "ASC" : "DESC")
            + " LIMIT ?",
        statement -> {
          statement.setString(1, low);
          statement.setString(2, high);
          statement.setInt(3, limit);
          List<Document> documents = new ArrayList<>();
          try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              documents.add(new Document(rows.getString(1), rows.getBytes(2)));
            }
          }
          return documents;
        });
  }

  @Override
  public List<Entry> entries(long after, int limit, long bytesMax) {
    return reading(
        "SELECT sequence, json FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ?",
        statement -> {
          statement.setLong(1, after);
          statement.setInt(2, limit);
          List<Entry> entries = new ArrayList<>();
          try (ResultSet rows = statement.executeQuery()) {
            long bytes = 0;
            while (rows.next()) {
              Entry entry = new Entry(rows.getLong(1), rows.getBytes(2));
              bytes += entry.json().length;
              if (bytes > bytesMax && !entries.isEmpty()) {
                break;
              }
              entries.add(entry);
            }
          }
          return entries;
        });
  }

  @Override
  public void trim(long through) {
    int removed;
    do {
      // Little by little, so that nobody who writes waits for long.
      writing.lock();
      try (PreparedStatement delete =
          writer.prepareStatement(
              "DELETE FROM entries WHERE sequence IN"
                  + " (SELECT sequence FROM entries WHERE sequence <= ? LIMIT ?)")) {
        delete.setLong(1, through);
        delete.setInt(2, TRIMMED_AT_ONCE);
        removed = delete.executeUpdate();
      } catch (SQLException e) {
        throw new StoreFailure("cannot remove entries up to " + through, e);
      } finally {
        writing.unlock();
      }
    } while (removed == TRIMMED_AT_ONCE);
  }

  @Override
  public boolean fits(int values, long bytes) {
    return true;
  }

  @Override
  public void commit(Commit commit) throws StaleRevision {
    writing.lock();
    try {
      Position before = position;
      if (commit.revision() != before.revision() + 1) {
        throw new StaleRevision(commit.revision());
      }
      Position after = before.after(commit);
      write(commit, after);
      position = after;
    } catch (SQLException e) {
      throw new StoreFailure("cannot write revision " + commit.revision(), e);
    } finally {
      writing.unlock();
    }
  }

  private void write(Commit commit, Position after) throws SQLException {
    writer.setAutoCommit(false);
    try {
      insert(commit.entries());
      replace(commit.documents());
      try (PreparedStatement update =
          writer.prepareStatement("UPDATE position SET revision = ?, head = ?")) {
        update.setLong(1, after.revision());
        update.setLong(2, after.head());
        update.executeUpdate();
      }
      writer.commit();
    } catch (SQLException e) {
      writer.rollback();
      throw e;
    } finally {
      writer.setAutoCommit(true);
    }
  }

  private void insert(List<Entry> entries) throws SQLException {
    try (PreparedStatement insert =
        writer.prepareStatement("INSERT INTO entries (sequence, json) VALUES (?, ?)")) {
      for (Entry entry : entries) {
        insert.setLong(1, entry.sequence());
        insert.setBytes(2, entry.json());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void replace(List<Document> documents) throws SQLException {
    try (PreparedStatement put =
            writer.prepareStatement(
                "INSERT INTO documents (key, value) VALUES (?, ?)"
                    + " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
        PreparedStatement delete = writer.prepareStatement("DELETE FROM documents WHERE key = ?")) {
      for (Document document : documents) {
        if (document.value() == null) {
          delete.setString(1, document.key());
          delete.addBatch();
        } else {
          put.setString(1, document.key());
          put.setBytes(2, document.value());
          put.addBatch();
        }
      }
      put.executeBatch();
      delete.executeBatch();
    }
  }

  /** Nobody else writes here, so that a caller who has seen its own commits has seen all. */
  @Override
  public List<Commit> commitsAfter(long revision, int limit) {
    return List.of();
  }

  @Override
  public void watch(Runnable moved) {}

  @Override
  public void close() {
    writing.lock();
    reading.lock();
    try {
      reader.close();
      writer.close();
    } catch (SQLException e) {
      throw new StoreFailure("cannot close the database", e);
    } finally {
      reading.unlock();
      writing.unlock();
    }
  }

  private <T extends @Nullable Object> T reading(String sql, Query<T> query) {
    reading.lock();
    try (PreparedStatement statement = reader.prepareStatement(sql)) {
      return query.run(statement);
    } catch (SQLException e) {
      throw new StoreFailure("cannot read the database", e);
    } finally {
      reading.unlock();
    }
  }

  private interface Query<T extends @Nullable Object> {
    T run(PreparedStatement statement) throws SQLException;
  }
}
