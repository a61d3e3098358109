package io.nearcast.loadtest.demo;

import io.nearcast.config.launch.Launch;

/** The process of {@code bin/nearcast demo}. */
public final class DemoMain {
  private DemoMain() {}

  /** Runs the demo until a signal ends it. */
  public static void main(String... args) {
    if (System.getenv("NEARCAST_LOG") == null) {
      // Five nodes in one terminal: what goes as it should is not worth a line of each.
      System.setProperty("org.slf4j.simpleLogger.log.io.nearcast", "warn");
    }
    System.exit(Launch.run(new DemoCommand(), args));
  }
}
