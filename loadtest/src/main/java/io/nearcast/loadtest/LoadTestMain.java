package io.nearcast.loadtest;

import io.nearcast.config.launch.Launch;
import io.nearcast.loadtest.feed.FeedCommand;
import java.util.Arrays;

/** The process of {@code bin/nearcast load}. */
public final class LoadTestMain {
  private LoadTestMain() {}

  /**
   * Reads the options, runs the load, prints the report; {@code --help} says all options. Where the
   * first argument is {@code feed}, the load is one of purges.
   */
  public static void main(String... args) {
    if (System.getenv("NEARCAST_LOG") == null) {
      // The report is what is asked for, not what the nodes under load have to say.
      System.setProperty("org.slf4j.simpleLogger.log.io.nearcast", "warn");
    }
    boolean feed = args.length > 0 && args[0].equals("feed");
    System.exit(
        feed
            ? Launch.run(new FeedCommand(), Arrays.copyOfRange(args, 1, args.length))
            : Launch.run(new LoadCommand(), args));
  }
}
