package io.nearcast.control.cli;

import io.nearcast.config.launch.Launch;
import picocli.CommandLine.Command;

/** Runs one of the operator's commands: {@code nearcast services}, {@code nearcast purge} ... */
public final class CliMain {
  private CliMain() {}

  @Command(
      name = "nearcast",
      description = "Asks a control plane.",
      subcommands = {
        ServiceCommands.Apply.class,
        ServiceCommands.Services.class,
        ServiceCommands.ShowService.class,
        ServiceCommands.Versions.class,
        ServiceCommands.Activate.class,
        ServiceCommands.Delete.class,
        PurgeCommands.Purge.class,
        PurgeCommands.Purges.class,
        WarmCommand.class,
        NodeCommands.Nodes.class,
        NodeCommands.Drain.class,
        NodeCommands.Undrain.class,
        NodeCommands.Remove.class,
        ExplainCommand.class,
        PopCommands.Pops.class,
        TokenCommands.Tokens.class,
        StoreCommands.Backup.class,
        StoreCommands.Restore.class,
        StoreCommands.Move.class
      })
  static final class Nearcast {}

  /** Runs the command that the first argument names. */
  public static void main(String... args) {
    System.exit(Launch.run(new Nearcast(), args));
  }
}
