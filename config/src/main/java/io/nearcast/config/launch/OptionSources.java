package io.nearcast.config.launch;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import io.nearcast.config.json.NearestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Where an option that the command line does not have comes from: the environment, then the file
 * that {@code --config} names, then the default that the option was declared with.
 */
final class OptionSources implements IDefaultValueProvider {
  static final String CONFIG = "--config";

  private final Map<String, String> environment;
  private final Map<String, String> file;
  private final String fileName;
  private final Set<String> arguments;

  private OptionSources(
      Map<String, String> environment,
      Map<String, String> file,
      String fileName,
      String... arguments) {
    this.environment = environment;
    this.file = file;
    this.fileName = fileName;
    this.arguments = Set.copyOf(Arrays.asList(arguments));
  }

  /**
   * Reads the file that the arguments or the environment name.
   *
   * @throws StartFailure if it cannot be read or has a key that is no option
   */
  static OptionSources read(
      CommandLine commandLine, Map<String, String> environment, String... args) {
    String name = configFile(environment, args);
    if (name == null) {
      return new OptionSources(environment, Map.of(), "", args);
    }
    Set<String> known = new HashSet<>();
    collectKeys(commandLine, known);
    return new OptionSources(environment, values(name, known), name, args);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)
        || !isSettable(option)
        || isFlagOnCommandLine(option)) {
      return null;
    }
    return isInEnvironment(option)
        ? environment.get(environmentName(option))
        : file.get(key(option));
  }

  /** What to call an option in a message about its value: the place that the value came from. */
  String nameOf(OptionSpec option, boolean onCommandLine) {
    if (!onCommandLine && isInEnvironment(option)) {
      return environmentName(option);
    }
    if (!onCommandLine && file.containsKey(key(option))) {
      return fileName + ": " + key(option);
    }
    return option.longestName();
  }

  /**
   * Picocli takes a flag for the opposite of its default: on the command line it must mean "on".
   */
  private boolean isFlagOnCommandLine(OptionSpec option) {
    return option.arity().max() == 0 && Arrays.stream(option.names()).anyMatch(arguments::contains);
  }

  /** An empty variable counts as absent: templates of containers set those. */
  private boolean isInEnvironment(OptionSpec option) {
    return !environment.getOrDefault(environmentName(option), "").isEmpty();
  }

  /** The environment variable of an option. */
  static String environmentName(OptionSpec option) {
    return "NEARCAST_" + key(option).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** Whether an option can stand in the environment: all but those that only print. */
  static boolean isSettable(OptionSpec option) {
    return !option.usageHelp() && !option.versionHelp();
  }

  /** The key of an option in the file. */
  private static String key(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  private static void collectKeys(CommandLine commandLine, Set<String> keys) {
    for (OptionSpec option : commandLine.getCommandSpec().options()) {
      if (isSettable(option) && !option.longestName().equals(CONFIG)) {
        keys.add(key(option));
      }
    }
    commandLine.getSubcommands().values().forEach(command -> collectKeys(command, keys));
  }

  private static @Nullable String configFile(Map<String, String> environment, String... args) {
    for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
      if (args[i].startsWith(CONFIG + "=")) {
        return args[i].substring(CONFIG.length() + 1);
      }
      if (args[i].equals(CONFIG) && i + 1 < args.length) {
        return args[i + 1];
      }
    }
    return environment.get("NEARCAST_CONFIG");
  }

  private static Map<String, String> values(String name, Set<String> known) {
    JsonNode tree = tree(name);
    if (!tree.isObject()) {
      throw new StartFailure(name + ": must have one option per line, as in: listen: 0.0.0.0:8080");
    }
    Map<String, String> values = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      String key = field.getKey();
      if (!known.contains(key)) {
        throw new StartFailure(
            name + ": " + key + " is no option: " + NearestName.hint(key, known));
      }
      values.put(key, value(name + ": " + key, field.getValue()));
    }
    return values;
  }

  private static JsonNode tree(String name) {
    try {
      return Documents.readYaml(JsonNode.class, Files.readAllBytes(Path.of(name)));
    } catch (NoSuchFileException e) {
      throw new StartFailure(name + ": no such file: name another with " + CONFIG, e);
    } catch (IOException e) {
      throw new StartFailure(name + ": cannot be read: " + e.getMessage(), e);
    } catch (InvalidDocument e) {
      throw new StartFailure(name + ": " + e.getMessage(), e);
    }
  }

  private static String value(String where, JsonNode node) {
    if (node.isArray()) {
      List<String> elements = new ArrayList<>(node.size());
      node.forEach(element -> elements.add(scalar(where, element)));
      return String.join(",", elements);
    }
    return scalar(where, node);
  }

  private static String scalar(String where, JsonNode node) {
    if (!node.isValueNode() || node.isNull()) {
      throw new StartFailure(where + " must be one value, or a list of values");
    }
    return node.asText();
  }
}
