package io.nearcast.loadtest.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.json.Documents;
import io.nearcast.loadtest.cdn.ChildProcess;
import io.nearcast.loadtest.cdn.RestClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A control plane as a process of its own, by the launcher, on a free port of loopback. */
final class MeasuredControlPlane implements AutoCloseable {
  private static final String LISTEN = "127.0.0.1:0";

  private final ChildProcess process;
  private final URI address;
  private final String token;

  private MeasuredControlPlane(ChildProcess process, URI address, String token) {
    this.process = process;
    this.address = address;
    this.token = token;
  }

  /**
   * Starts it; it serves when this returns.
   *
   * @param root where {@code bin/nearcast} is
   * @param data its directory
   * @param consul the agent whose store it uses, or null for SQLite
   */
  static MeasuredControlPlane start(Path root, Path data, @Nullable URI consul)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("--data=" + data, "--listen=" + LISTEN));
    if (consul != null) {
      arguments.addAll(List.of("--store=consul", "--consul=" + consul));
    }
    ChildProcess process =
        ChildProcess.role(root, "control-plane", arguments.toArray(String[]::new));
    try {
      String ready = process.awaitReady();
      return new MeasuredControlPlane(
          process,
          URI.create("http://" + ready.substring(ready.lastIndexOf(' ') + 1)),
          Files.readString(data.resolve("admin.token")).strip());
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  URI address() {
    return address;
  }

  /** An administrator's. */
  String token() {
    return token;
  }

  /** Makes a token for nodes. */
  String nodeToken() throws IOException, InterruptedException {
    try (RestClient rest = new RestClient(address, token)) {
      String answer = rest.post("/v1/tokens", "{\"role\":\"node\"}").orFail().body();
      byte[] json = answer.getBytes(StandardCharsets.UTF_8);
      return Documents.readJson(JsonNode.class, json).path("token").asText();
    }
  }

  /** Makes a service, PoP or the like, which has the path. */
  void put(String path, String json) throws IOException, InterruptedException {
    try (RestClient rest = new RestClient(address, token)) {
      rest.put(path, json).orFail();
    }
  }

  /** The processor time that it has used so far. */
  Duration cpu() {
    return ProcessHandle.of(process.pid())
        .flatMap(handle -> handle.info().totalCpuDuration())
        .orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    process.close();
  }
}
