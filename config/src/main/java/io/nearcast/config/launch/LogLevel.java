package io.nearcast.config.launch;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The level of the log, from {@code NEARCAST_LOG}; its form is in {@code simplelogger.properties}.
 */
final class LogLevel {
  private static final String VARIABLE = "NEARCAST_LOG";
  private static final List<String> LEVELS =
      List.of("trace", "debug", "info", "warn", "error", "off");

  /** Stands below the options in {@code --help}. */
  static final String HELP =
      VARIABLE + " sets what is logged: " + String.join(", ", LEVELS) + " (default info).";

  private LogLevel() {}

  /**
   * Sets the level. To be called before the first logger is made.
   *
   * @throws StartFailure if the variable names no level
   */
  static void set(Map<String, String> environment) {
    String level = environment.getOrDefault(VARIABLE, "info").toLowerCase(Locale.ROOT);
    if (!LEVELS.contains(level)) {
      throw new StartFailure(
          VARIABLE + ": '" + level + "' is no level: write one of " + String.join(", ", LEVELS));
    }
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", level);
  }
}
