package io.nearcast.config.launch;

import io.nearcast.config.json.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Sets picocli up for one run of a command: sources of options, help, one line per mistake. */
final class CommandRunner {
  private final CommandLine commandLine;
  private final OptionSources sources;
  private final PrintWriter err;

  private CommandRunner(CommandLine commandLine, OptionSources sources, PrintWriter err) {
    this.commandLine = commandLine;
    this.sources = sources;
    this.err = err;
  }

  /**
   * Runs the command.
   *
   * @throws StartFailure if the file of options cannot be used
   */
  static int run(
      Object command,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err,
      String... args) {
    CommandLine commandLine = new CommandLine(command);
    addOptions(commandLine);
    PrintWriter errWriter = new PrintWriter(err, true, StandardCharsets.UTF_8);
    commandLine.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    commandLine.setErr(errWriter);
    commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    commandLine.setUsageHelpWidth(100);
    commandLine.setExpandAtFiles(false);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    Converters.register(commandLine);
    OptionSources sources = OptionSources.read(commandLine, environment, args);
    commandLine.setDefaultValueProvider(sources);
    OptionHelp.install(commandLine);
    return new CommandRunner(commandLine, sources, errWriter).execute(args);
  }

  private int execute(String... args) {
    commandLine.setParameterExceptionHandler((e, _) -> {
      err.println(e.getCommandLine().getCommandSpec().qualifiedName() + ": " + sentence(e));
      return Launch.EXIT_USAGE;
    });
    commandLine.setExecutionExceptionHandler((e, failed, _) -> {
      if (!(e instanceof StartFailure)) {
        e.printStackTrace(err); // a bug: all that is known of it
        return Launch.EXIT_FAILURE;
      }
      err.println(failed.getCommandSpec().qualifiedName() + ": " + e.getMessage());
      return Launch.EXIT_USAGE;
    });
    return commandLine.execute(args);
  }

  private String sentence(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      String argument = unmatched.getUnmatched().getFirst();
      String name = argument.replaceFirst("=.*", "");
      List<String> known = known(e.getCommandLine(), name.startsWith("-"));
      return "'" + name + "' is unknown: " + NearestName.hint(name, known);
    }
    if (e instanceof MissingParameterException missing) {
      return missing.getMissing().stream()
          .map(argument ->
              argument instanceof OptionSpec option
                  ? missing(option)
                  : argument.paramLabel() + " is missing")
          .collect(Collectors.joining("; "));
    }
    if (e.getCause() instanceof CommandLine.TypeConversionException cause
        && e.getArgSpec() instanceof OptionSpec option) {
      boolean onCommandLine =
          e.getCommandLine().getParseResult() != null
              && e.getCommandLine().getParseResult().hasMatchedOption(option);
      return sources.nameOf(option, onCommandLine) + ": " + cause.getMessage();
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("bad options")
        + " (see --help)";
  }

  private static String missing(OptionSpec option) {
    return option.longestName()
        + " is missing: give it "
        + option.paramLabel()
        + ", or set "
        + OptionSources.environmentName(option);
  }

  private static List<String> known(CommandLine commandLine, boolean options) {
    return options
        ? commandLine.getCommandSpec().options().stream().map(OptionSpec::longestName).toList()
        : List.copyOf(commandLine.getSubcommands().keySet());
  }

  private static void addOptions(CommandLine commandLine) {
    CommandSpec spec = commandLine.getCommandSpec();
    add(
        spec,
        OptionSpec.builder(OptionSources.CONFIG)
            .type(Path.class)
            .paramLabel("FILE")
            .description("YAML file with options, as in: listen: 0.0.0.0:8080"));
    add(
        spec,
        OptionSpec.builder("-h", "--help")
            .type(boolean.class)
            .usageHelp(true)
            .description("print this"));
    add(
        spec,
        OptionSpec.builder("-V", "--version")
            .type(boolean.class)
            .versionHelp(true)
            .description("print the version"));
    spec.version("nearcast " + version());
    spec.usageMessage().sortOptions(false); // as declared: what matters first
    spec.usageMessage().footer(LogLevel.HELP);
    commandLine.getSubcommands().values().forEach(CommandRunner::addOptions);
  }

  private static void add(CommandSpec spec, OptionSpec.Builder option) {
    OptionSpec built = option.build();
    if (spec.findOption(built.longestName()) == null) {
      spec.addOption(built);
    }
  }

  private static String version() {
    try (InputStream in = CommandRunner.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new IllegalStateException("cannot read version.properties", e);
    }
  }
}
