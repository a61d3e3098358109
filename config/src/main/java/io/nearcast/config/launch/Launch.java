package io.nearcast.config.launch;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a role or a command of the operator from its {@code main}:
 *
 * <pre>{@code
 * @Command(name = "edge", description = "An edge node.")
 * final class EdgeCommand implements Callable<Integer> {
 *   @Mixin MemberOptions member;
 *
 *   @Option(names = "--listen", paramLabel = "ADDR:PORT", defaultValue = "0.0.0.0:8080",
 *       description = "where clients connect")
 *   HostPort listen;
 *
 *   public Integer call() {
 *     Edge edge = Edge.start(new EdgeOptions(...));
 *     return Launch.serve(edge, "ready edge " + HostPort.of(edge.dataAddress()));
 *   }
 * }
 *
 * public static void main(String... args) {
 *   System.exit(Launch.run(new EdgeCommand(), args));
 * }
 * }</pre>
 *
 * <p>Every option of the command can also be set by the environment ({@code --disk-size} is {@code
 * NEARCAST_DISK_SIZE}) and in a YAML file ({@code disk-size: 10g}) that {@code --config} names; the
 * command line wins over the environment, that over the file. {@code --config}, {@code --help} and
 * {@code --version} are added here. Options may be of type {@link HostPort}, {@link
 * java.time.Duration}, {@link java.net.URI} (http or https) and {@link java.nio.file.Path}; for
 * sizes there is {@link SizeConverter}.
 */
public final class Launch {
  /** All went well. */
  public static final int EXIT_OK = 0;

  /** Something failed that the user's input is not to blame for. */
  public static final int EXIT_FAILURE = 1;

  /**
   * An option, or what it names, cannot be used; one line on standard error says what to change.
   */
  public static final int EXIT_USAGE = 2;

  private Launch() {}

  /**
   * Reads the options into a picocli command and calls it.
   *
   * @param command an object with picocli's annotations, {@link java.util.concurrent.Callable} or
   *     {@link Runnable}; a {@link StartFailure} that it throws becomes one line and {@link
   *     #EXIT_USAGE}
   * @return the exit code for {@link System#exit}
   */
  public static int run(Object command, String... args) {
    return run(command, System.getenv(), System.out, System.err, args);
  }

  /** As {@link #run(Object, String...)}, with the surroundings of the process as parameters. */
  static int run(
      Object command,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err,
      String... args) {
    try {
      LogLevel.set(environment);
      return CommandRunner.run(command, environment, out, err, args);
    } catch (StartFailure e) {
      err.println("nearcast: " + e.getMessage());
      return EXIT_USAGE;
    }
  }

  /**
   * Prints the ready line, waits for SIGTERM or SIGINT, then closes the role, which drains it. A
   * second signal ends the process at once. For the main thread of a process.
   *
   * @param role takes ownership
   * @param readyLine begins with {@code ready ROLE ADDR:PORT}
   * @return {@link #EXIT_OK}, or {@link #EXIT_FAILURE} if the role could not be closed
   */
  public static int serve(AutoCloseable role, String readyLine) {
    CountDownLatch signalled = new CountDownLatch(1);
    Signals.onTermination(() -> {
      if (signalled.getCount() == 0) {
        Runtime.getRuntime().halt(EXIT_OK);
      }
      signalled.countDown();
    });
    System.out.println(readyLine);
    System.out.flush();
    Logger log = LoggerFactory.getLogger(Launch.class);
    try (role) {
      signalled.await();
      log.info("draining; a second signal ends at once");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // whoever embeds the role has ended it
    } catch (Exception e) {
      log.error("did not end cleanly", e);
      return EXIT_FAILURE;
    }
    return EXIT_OK;
  }
}
