package io.nearcast.control;

import io.nearcast.config.launch.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A control plane as a process of its own. */
public final class ControlPlaneProcess implements AutoCloseable {
  private static final String READY = "ready control-plane ";

  private final Process process;
  private final InetSocketAddress address;
  private final String adminToken;

  private ControlPlaneProcess(Process process, InetSocketAddress address, String adminToken) {
    this.process = process;
    this.address = address;
    this.adminToken = adminToken;
  }

  static Process launch(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                ControlPlaneMain.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  public static ControlPlaneProcess start(Path directory) throws IOException {
    return start(directory, "127.0.0.1:0");
  }

  /** Starts it at an address, with further options. */
  public static ControlPlaneProcess start(Path directory, String listen, String... options)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("--data", directory.toString(), "--listen", listen));
    arguments.addAll(List.of(options));
    Process process = launch(arguments.toArray(String[]::new));
    String line = process.inputReader(StandardCharsets.UTF_8).readLine();
    if (line == null || !line.startsWith(READY)) {
      process.destroyForcibly();
      throw new IllegalStateException("not ready: " + line);
    }
    InetSocketAddress address =
        HostPort.parse(line.substring(READY.length()).split(" ", 2)[0]).toSocketAddress();
    Path token = directory.resolve("admin.token");
    return new ControlPlaneProcess(
        process, address, Files.exists(token) ? Files.readString(token).strip() : "");
  }

  public InetSocketAddress address() {
    return address;
  }

  /** Empty where another control plane of the same store has written it. */
  public String adminToken() {
    return adminToken;
  }

  /** As {@code kill -9}. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** As {@code kill}; returns the exit code. */
  int terminate() {
    process.destroy();
    return awaitEnd();
  }

  private int awaitEnd() {
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the process does not end");
      }
      process.inputReader(StandardCharsets.UTF_8).close();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
