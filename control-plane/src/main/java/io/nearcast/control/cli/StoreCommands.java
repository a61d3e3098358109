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

  @Command(
      name = "backup",
      description = "Copies what a control plane keeps in SQLite to a file, also while it runs.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  static final class Backup implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        required = true,
        description = "the control plane's directory")
    private Path data;

    @Option(
        names = "--to",
        paramLabel = "FILE",
        required = true,
        description = "the backup; must not be there yet")
    private Path to;

    @Override
    public Integer call() {
      return run(
          spec,
          () -> {
            Position position = SqliteBackup.backUp(data, to);
            return to + ": log " + position.log() + " up to " + position.head();
          });
    }
  }

  @Command(
      name = "restore",
      description =
          "Makes a backup the store of a control plane that does not run. It becomes a new log: all"
              + " nodes drop what they have stored, for it may have been purged after the backup.")
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
        required = true,
        description = "the control plane's directory; made where it is missing")
    private Path data;

    @Option(
        names = "--replace",
        description = "replace the store that is there; it is kept as control.db.replaced")
    private boolean replace;

    @Override
    public Integer call() {
      try (DataDirectory held = DataDirectory.open("--data", data)) {
        if (!replace && Files.exists(held.resolve("control.db"))) {
          throw new StartFailure(
              data + " has a store already: name another directory, or add --replace");
        }
        return run(
            spec,
            () -> {
              Position position = SqliteBackup.restore(from, held.path());
              return data
                  + ": as the new log "
                  + position.log()
                  + " from "
                  + position.head()
                  + "; the tokens are those of the backup";
            });
      }
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
      ConsulAddress address = ConsulAddress.parse(consul, System.getenv("CONSUL_HTTP_TOKEN"));
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
