package io.nearcast.control.store.sqlite;

import io.nearcast.control.store.Position;
import io.nearcast.control.store.StoreContents;
import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.UUID;
import org.sqlite.SQLiteConfig;

/**
 * Copies of a store's file: taken while a control plane writes it, and made a store again.
 *
 * <p>A restored store is a new log (PURGE.md rule 16). What came after the backup is not in it,
 * purges included; under the old name nodes would go on serving what was purged then.
 */
public final class SqliteBackup {
  private static final String FILE = "control.db";

  private SqliteBackup() {}

  /**
   * Copies the store of a directory as it is at this moment; others may write meanwhile.
   *
   * @param directory a control plane's
   * @param target is not there yet; appears as a whole or not at all, readable by its owner only
   * @return how far the copy is
   * @throws StoreFailure if it cannot be read or written
   */
  public static Position backUp(Path directory, Path target) {
    Path file = directory.resolve(FILE);
    Path fresh = target.resolveSibling(target.getFileName() + ".new");
    try {
      refuseUnless(Files.isRegularFile(file), file + " is no store of a control plane");
      create(target, fresh);
      try (Connection connection = connect(file);
          PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
        copy.setString(1, fresh.toString());
        copy.execute();
      }
      return finish(fresh, target);
    } catch (SQLException | IOException e) {
      throw new StoreFailure("cannot back up " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes a backup of what another store has.
   *
   * @param target as for {@link #backUp(Path, Path)}
   * @throws StoreFailure if it cannot be written
   */
  public static Position backUp(StoreContents contents, Path target) {
    Path fresh = target.resolveSibling(target.getFileName() + ".new");
    try {
      create(target, fresh);
      SqliteStore.write(contents, fresh);
      return finish(fresh, target);
    } catch (SQLException | IOException e) {
      throw new StoreFailure("cannot write " + target + ": " + e.getMessage(), e);
    }
  }

  private static void create(Path target, Path fresh) throws IOException {
    refuseUnless(!Files.exists(target), target + " is there already: name another file");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private static Position finish(Path fresh, Path target) throws SQLException, IOException {
    Position position = check(fresh);
    sync(fresh);
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    sync(Objects.requireNonNull(target.toAbsolutePath().getParent()));
    return position;
  }

  /**
   * Makes a backup the store of a directory, as a new log. A store that is there already is kept
   * beside it as {@code control.db.replaced}.
   *
   * @param backup stays as it is
   * @param directory held by this process alone
   * @return where the new log is
   * @throws StoreFailure if the backup is damaged, or files cannot be written; the directory's
   *     store is then the one that was there
   */
  public static Position restore(Path backup, Path directory) {
    Path fresh = directory.resolve(FILE + ".restoring");
    try {
      refuseUnless(Files.isRegularFile(backup), backup + " is no backup of a control plane");
      Files.deleteIfExists(fresh);
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.copy(backup, fresh, StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
      check(fresh);
      renew(fresh);
      Position position = check(fresh);
      sync(fresh);
      setAside(directory.resolve(FILE));
      Files.move(fresh, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
      sync(directory);
      return position;
    } catch (SQLException | IOException e) {
      throw new StoreFailure("cannot restore " + backup + ": " + e.getMessage(), e);
    }
  }

  /** Renames the store of a directory that has become another one's. */
  public static void retire(Path directory) {
    try {
      Path file = directory.resolve(FILE);
      settle(file);
      Files.move(file, directory.resolve(FILE + ".moved"), StandardCopyOption.ATOMIC_MOVE);
      sync(directory);
    } catch (SQLException | IOException e) {
      throw new StoreFailure("cannot rename the store in " + directory + ": " + e.getMessage(), e);
    }
  }

  private static void setAside(Path file) throws SQLException, IOException {
    if (Files.exists(file)) {
      settle(file);
      Files.move(
          file,
          file.resolveSibling(FILE + ".replaced"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Brings what SQLite has beside the file into it, so that it can be renamed. */
  private static void settle(Path file) throws SQLException, IOException {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    Files.deleteIfExists(file.resolveSibling(FILE + "-wal"));
    Files.deleteIfExists(file.resolveSibling(FILE + "-shm"));
  }

  private static void renew(Path file) throws SQLException {
    try (Connection connection = connect(file);
        PreparedStatement update = connection.prepareStatement("UPDATE position SET log = ?")) {
      update.setString(1, UUID.randomUUID().toString());
      update.executeUpdate();
    }
  }

  private static Position check(Path file) throws SQLException {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement()) {
      try (ResultSet rows = statement.executeQuery("PRAGMA quick_check")) {
        String said = rows.next() ? rows.getString(1) : "nothing";
        if (!said.equals("ok")) {
          throw new SQLException("it is damaged: " + said);
        }
      }
      try (ResultSet rows = statement.executeQuery("SELECT log, revision, head FROM position")) {
        return new Position(rows.getString(1), rows.getLong(2), rows.getLong(3));
      }
    }
  }

  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(10_000);
    return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void refuseUnless(boolean holds, String message) throws IOException {
    if (!holds) {
      throw new IOException(message);
    }
  }
}
