package io.nearcast.loadtest.standalone;

import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A standalone edge, or a shield before it, as its own process, with the flags that {@code
 * bin/nearcast} gives it.
 *
 * @param process the running process; ended by {@link #close}
 * @param url where it serves
 */
record StandaloneEdge(ChildProcess process, URI url) implements AutoCloseable {

  /** Starts one in front of an origin. */
  static StandaloneEdge start(URI origin, String... options)
      throws IOException, InterruptedException {
    return start("edge", origin, options);
  }

  /** Starts a shield in front of an origin. */
  static StandaloneEdge startShield(URI origin, String... options)
      throws IOException, InterruptedException {
    return start("shield", origin, options);
  }

  private static StandaloneEdge start(String role, URI origin, String... options)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--origin",
                origin.toString(),
                "--listen",
                "127.0.0.1:" + freePort(),
                "--admin",
                "127.0.0.1:0"));
    arguments.addAll(Arrays.asList(options));
    ChildProcess process = ChildProcess.role(Shell.root(), role, arguments.toArray(String[]::new));
    try {
      String address = process.awaitReady().split(" ", -1)[2];
      return new StandaloneEdge(process, URI.create("http://" + address));
    } catch (IOException | InterruptedException e) {
      process.kill();
      throw e;
    }
  }

  /** The most memory that the process has had in RAM so far, in bytes, as Linux counts it. */
  long residentBytesMax() throws IOException {
    return status("VmHWM");
  }

  private long status(String field) throws IOException {
    String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
    Matcher matcher = Pattern.compile(field + ":\\s+([0-9]+) kB").matcher(status);
    if (!matcher.find()) {
      throw new IOException("no " + field + " in " + status);
    }
    return Long.parseLong(matcher.group(1)) * 1024;
  }

  static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return probe.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
