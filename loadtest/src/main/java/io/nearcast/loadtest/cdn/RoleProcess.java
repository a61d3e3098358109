package io.nearcast.loadtest.cdn;

import io.nearcast.config.launch.HostPort;
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
 * A role of Nearcast as a process of its own, started by {@code bin/nearcast}.
 *
 * <p>It does not outlive this JVM, however that ends: the kernel kills it when the thread that
 * started it is gone ({@code setpriv --pdeathsig}, where the machine has that), and a shutdown hook
 * does so otherwise. Thread-safe.
 */
public final class RoleProcess implements AutoCloseable {
  /** How long a role may take from its start until it says that it is ready. */
  public static final Duration READY_MAX = Duration.ofSeconds(60);

  private static final Duration STOP_MAX = Duration.ofSeconds(10);
  private static final int LINES_MAX = 2_000;

  /**
   * The kernel watches the thread that starts a process, not the JVM. So one thread starts them
   * all, and it never ends.
   */
  private static final ExecutorService STARTER =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().daemon().name("process-starter").unstarted(task));

  private final String role;
  private final Process process;
  private final Thread killer;
  private final Deque<String> lines = new ArrayDeque<>();
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private final Thread reader;

  private RoleProcess(String role, Process process) {
    this.role = role;
    this.process = process;
    this.killer = new Thread(process::destroyForcibly, "kill " + role);
    Runtime.getRuntime().addShutdownHook(killer);
    this.reader = Thread.ofVirtual().name("output of " + role).start(this::read);
  }

  /**
   * Starts a process; it is not ready yet when this returns.
   *
   * @param root the source tree or distribution with {@code bin/nearcast}
   * @param role its first argument
   * @param arguments the other ones
   * @throws IOException if there is no such launcher
   */
  public static RoleProcess start(Path root, String role, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(Path.of("/usr/bin/setpriv"))) {
      command.addAll(List.of("/usr/bin/setpriv", "--pdeathsig", "KILL", "--"));
    }
    command.add(root.resolve("bin/nearcast").toString());
    command.add(role);
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // What runs is what this JVM was built with, and not a rebuild in the middle of a test.
    builder.environment().putAll(Map.of("NEARCAST_NO_BUILD", "1"));
    try {
      return new RoleProcess(role, STARTER.submit(builder::start).get());
    } catch (ExecutionException e) {
      throw new IOException("cannot start " + command, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          lines.add(line);
          if (lines.size() > LINES_MAX) {
            lines.remove();
          }
        }
        if (line.startsWith("ready " + role)) {
          ready.complete(line);
        }
      }
    } catch (IOException _) {
      // The process was killed while it wrote.
    }
    ready.completeExceptionally(new IOException(role + " ended before it was ready"));
  }

  /**
   * Waits for the line that begins with {@code ready}.
   *
   * @return the address that the line names
   * @throws IOException with the process's output, if it ends or takes too long
   */
  public HostPort awaitReady() throws IOException, InterruptedException {
    try {
      String line = ready.get(READY_MAX.toSeconds(), TimeUnit.SECONDS);
      return HostPort.parse(line.split(" ", -1)[2]);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(role + " did not become ready:\n" + output(), e);
    }
  }

  /** The process id, that of the JVM and not of the launcher. */
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
      throw new TimeoutException(role + " did not end within " + max + ":\n" + output());
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
