package io.nearcast.loadtest;

import io.nearcast.config.launch.Launch;

/** The process of {@code bin/nearcast load}. */
public final class LoadTestMain {
  private LoadTestMain() {}

  /** Reads the options, runs the load, prints the report; {@code --help} says all options. */
  public static void main(String... args) {
    if (System.getenv("NEARCAST_LOG") == null) {
      // The report is what is asked for, not what the nodes under load have to say.
      System.setProperty("org.slf4j.simpleLogger.log.io.nearcast", "warn");
    }
    System.exit(Launch.run(new LoadCommand(), args));
  }
}
