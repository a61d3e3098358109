package io.nearcast.loadtest;

import io.nearcast.config.launch.Launch;

/** The process of {@code bin/nearcast load}. */
public final class LoadTestMain {
  private LoadTestMain() {}

  /** Reads the options, runs the load, prints the report; {@code --help} says all options. */
  public static void main(String... args) {
    System.exit(Launch.run(new LoadCommand(), args));
  }
}
