package io.nearcast.control.cli;

import io.nearcast.config.launch.DataDirectory;
import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import io.nearcast.control.store.consul.ConsulAddress;
import io.nearcast.control.store.consul.ConsulMove;
import io.nearcast.control.store.sqlite.SqliteBackup;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Commands for what a control plane keeps: they work on its files, not by REST. */
final class StoreCommands {
  private StoreCommands() {}

  /** One command's work, whose answer is printed. */
  private interface Work {
    String run();
  }

  private static int run(@Nullable CommandSpec spec, Work work) {
    if (spec == null) {
      throw new IllegalStateException("picocli sets it");
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      out.println(work.run());
      return Launch.EXIT_OK;
    } catch (StoreFailure e) {
      spec.commandLine().getErr().println(spec.qualifiedName() + ": " + e.getMessage());
      return Launch.EXIT_FAILURE;
    } finally {
      out.flush();
    }
  }

  /** Where a store is, as one of two options. */
  private static void requireOne(@Nullable Path data, @Nullable String consul) {
    if ((data == null) == (consul == null)) {
      throw new StartFailure("name one of --data and --consul: where the store is");
    }
  }

  private static ConsulAddress address(String consul) {
    return ConsulAddress.parse(consul, System.getenv("CONSUL_HTTP_TOKEN"));
  }

  @Command(
      name = "backup",
      description = "Copies what control planes keep to a file, also while they run.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  static final class Backup implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "for a store in SQLite: the control plane's directory")
    private @Nullable Path data;

    @Option(
        names = "--consul",
        paramLabel = "URL[,URL]",
        description =
            "for a store in Consul: the agent, or several; a path is the prefix of all keys"
                + " (nearcast where there is none); CONSUL_HTTP_TOKEN has its ACL token")
    private @Nullable String consul;

    @Option(
        names = "--to",
        paramLabel = "FILE",
        required = true,
        description = "the backup; must not be there yet")
    private Path to;

    @Override
    public Integer call() {
      requireOne(data, consul);
      return run(
          spec,
          () -> {
            Position position =
                data != null ? SqliteBackup.backUp(data, to) : copy(Objects.requireNonNull(consul));
            return to + ": log " + position.log() + " up to " + position.head();
          });
    }

    private Position copy(String from) {
      try (ConsulMove move = ConsulMove.to(address(from))) {
        return SqliteBackup.backUp(move.read(), to);
      }
    }
  }

  @Command(
      name = "restore",
      description =
          "Makes a backup the store of a control plane that does not run, or the store in Consul. It"
              + " becomes a new log: all nodes drop what they have stored, for it may have been"
              + " purged after the backup.",
      footer =
          "Control planes that run on the store in Consul refuse changes meanwhile and then begin"
              + " anew with it by themselves.")
  @SuppressWarnings("NullAway.Init")
  static final class Restore implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
        names = "--from",
        paramLabel = "FILE",
        required = true,
        description = "the backup; it stays as it is")
    private Path from;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description =
            "for a store in SQLite: the control plane's directory; made where it is missing")
    private @Nullable Path data;

    @Option(
        names = "--consul",
        paramLabel = "URL[,URL]",
        description =
            "for a store in Consul: the agent, or several; a path is the prefix of all keys"
                + " (nearcast where there is none); CONSUL_HTTP_TOKEN has its ACL token")
    private @Nullable String consul;

    @Option(
        names = "--replace",
        description =
            "replace the store that is there; in SQLite it is kept as control.db.replaced, in Consul"
                + " it is lost: back it up first")
    private boolean replace;

    @Override
    public Integer call() {
      requireOne(data, consul);
      return data != null ? toDirectory(data) : toConsul(Objects.requireNonNull(consul));
    }

    private int toDirectory(Path directory) {
      try (DataDirectory held = DataDirectory.open("--data", directory)) {
        if (!replace && Files.exists(held.resolve("control.db"))) {
          throw new StartFailure(
              directory + " has a store already: name another directory, or add --replace");
        }
        return run(spec, () -> said(directory.toString(), SqliteBackup.restore(from, held.path())));
      }
    }

    private int toConsul(String url) {
      ConsulAddress address = address(url);
      return run(
          spec,
          () -> {
            try (TemporaryDirectory directory = TemporaryDirectory.create()) {
              SqliteBackup.restore(from, directory.path());
              try (Store source = SqliteStore.open(directory.path());
                  ConsulMove move = ConsulMove.to(address)) {
                return said(address.toString(), move.restore(source, replace));
              }
            }
          });
    }

    private static String said(String where, Position position) {
      return where
          + ": as the new log "
          + position.log()
          + " from "
          + position.head()
          + "; the tokens are those of the backup";
    }
  }

  @Command(
      name = "move",
      description =
          "Moves what a control plane that does not run keeps in SQLite to Consul. The log stays the"
              + " same: nodes keep what they have.",
      footer = "Afterwards start control planes with --store consul --consul URL.")
  @SuppressWarnings("NullAway.Init")
  static final class Move implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        required = true,
        description = "the control plane's directory; its store is kept as control.db.moved")
    private Path data;

    @Option(
        names = "--consul",
        paramLabel = "URL[,URL]",
        required = true,
        description =
            "the Consul agent, or several; a path is the prefix of all keys (nearcast where there is"
                + " none); CONSUL_HTTP_TOKEN has its ACL token")
    private String consul;

    @Override
    public Integer call() {
      if (!Files.isRegularFile(data.resolve("control.db"))) {
        throw new StartFailure(
            data + " has no store: name a control plane's directory with --data");
      }
      ConsulAddress address = address(consul);
      try (DataDirectory held = DataDirectory.open("--data", data)) {
        return run(
            spec,
            () -> {
              Position position;
              try (Store source = SqliteStore.open(held.path());
                  ConsulMove move = ConsulMove.to(address)) {
                position = move.copy(source);
              }
              SqliteBackup.retire(held.path());
              return address + ": log " + position.log() + " up to " + position.head();
            });
      }
    }
  }
}
