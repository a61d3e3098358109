package io.nearcast.loadtest.demo;

import io.nearcast.config.launch.Launch;

/** The process of {@code bin/nearcast demo}. */
public final class DemoMain {
  private DemoMain() {}

  /** Runs the demo until a signal ends it. */
  public static void main(String... args) {
    System.exit(Launch.run(new DemoCommand(), args));
  }
}
