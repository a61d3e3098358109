package io.nearcast.loadtest.cdn;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that belongs to this one: a role of Nearcast, or a real component that a test needs.
 *
 * <p>It does not outlive this JVM, however that ends: the kernel kills it when the thread that
 * started it is gone ({@code setpriv --pdeathsig}, where the machine has that), and a shutdown hook
 * does so otherwise. Thread-safe.
 */
public final class ChildProcess implements AutoCloseable {
  /** How long a process may take from its start until it says that it is ready. */
  public static final Duration READY_MAX = Duration.ofSeconds(60);

  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
  private static final Duration STOP_MAX = Duration.ofSeconds(10);
  private static final int LINES_MAX = 2_000;

  /**
   * The kernel watches the thread that starts a process, not the JVM. So one thread starts them
   * all, and it never ends.
   */
  private static final ExecutorService STARTER =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().daemon().name("process-starter").unstarted(task));

  private final String name;
  private final Process process;
  private final Thread killer;
  private final Deque<String> lines = new ArrayDeque<>();
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private final Thread reader;

  private ChildProcess(String name, String readyPrefix, Process process) {
    this.name = name;
    this.process = process;
    this.killer = new Thread(process::destroyForcibly, "kill " + name);
    Runtime.getRuntime().addShutdownHook(killer);
    this.reader = Thread.ofVirtual().name("output of " + name).start(() -> read(readyPrefix));
  }

  /**
   * Starts a role of Nearcast by {@code bin/nearcast}; it is not ready yet when this returns.
   *
   * @param root the source tree or distribution with the launcher
   * @param role its first argument
   * @param arguments the other ones
   * @throws IOException if there is no such launcher
   */
  public static ChildProcess role(Path root, String role, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(root.resolve("bin/nearcast").toString(), role));
    command.addAll(Arrays.asList(arguments));
    // What runs is what this JVM was built with, and not a rebuild in the middle of a test.
    Map<String, String> environment = Map.of("NEARCAST_NO_BUILD", "1");
    return start(role, "ready " + role, environment, command);
  }

  /**
   * Starts any program.
   *
   * @param name for messages
   * @param readyPrefix how the line of output begins that says that it is ready
   * @param environment added to that of this JVM
   * @param command the program and its arguments
   * @throws IOException if there is no such program
   */
  public static ChildProcess start(
      String name, String readyPrefix, Map<String, String> environment, List<String> command)
      throws IOException {
    List<String> whole = new ArrayList<>();
    if (Files.isExecutable(SETPRIV)) {
      whole.addAll(List.of(SETPRIV.toString(), "--pdeathsig", "KILL", "--"));
    }
    whole.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      return new ChildProcess(name, readyPrefix, STARTER.submit(builder::start).get());
    } catch (ExecutionException e) {
      throw new IOException("cannot start " + command, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void read(String readyPrefix) {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          lines.add(line);
          if (lines.size() > LINES_MAX) {
            lines.remove();
          }
        }
        if (line.startsWith(readyPrefix)) {
          ready.complete(line);
        }
      }
    } catch (IOException _) {
      // The process was killed while it wrote.
    }
    ready.completeExceptionally(new IOException(name + " ended before it was ready"));
  }

  /**
   * Waits for the line that says that it is ready, and returns it.
   *
   * @throws IOException with the process's output, if it ends or takes too long
   */
  public String awaitReady() throws IOException, InterruptedException {
    try {
      return ready.get(READY_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(name + " did not become ready:\n" + output(), e);
    }
  }

  /** The process id; a role's is that of the JVM, for the launcher becomes it. */
  public long pid() {
    return process.pid();
  }

  /** Whether it has not ended. */
  public boolean alive() {
    return process.isAlive();
  }

  /** Its last lines of output, standard error among them. */
  public String output() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }

  /** {@code kill -9}, and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    ended();
  }

  /** SIGTERM, without waiting. */
  void signal() {
    process.destroy();
  }

  /**
   * SIGTERM, and waits.
   *
   * @return its exit code
   * @throws TimeoutException if it takes longer than ten seconds; it is killed then
   */
  public int terminate() throws InterruptedException, TimeoutException {
    process.destroy();
    return awaitExit(STOP_MAX);
  }

  /**
   * Waits until it ends by itself.
   *
   * @return its exit code
   * @throws TimeoutException if it does not end in time; it is killed then
   */
  public int awaitExit(Duration max) throws InterruptedException, TimeoutException {
    if (!process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
      throw new TimeoutException(name + " did not end within " + max + ":\n" + output());
    }
    ended();
    return process.exitValue();
  }

  /** SIGTERM, and after ten seconds SIGKILL. */
  @Override
  public void close() {
    try {
      terminate();
    } catch (TimeoutException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void ended() throws InterruptedException {
    reader.join();
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException _) {
      // The JVM is ending: its hooks run already.
    }
  }
}
