package io.nearcast.control.cli;

import static io.nearcast.control.cli.Client.part;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.json.Documents;
import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has edges fetch URLs. */
@Command(
    name = "warm",
    description = "Has edges fetch URLs before clients ask for them.",
    footer = "Ends with 1 where --wait is given and not every edge has all of it in time.")
@SuppressWarnings("NullAway.Init") // picocli sets what is required
final class WarmCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(200);

  @Mixin private Connection connection;

  @Parameters(index = "0", paramLabel = "SERVICE", description = "the service")
  private String service;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "URL",
      description = "http://host/path?query")
  private List<String> urls = new ArrayList<>();

  @Option(names = "--pop", paramLabel = "NAME", description = "only at the edges of this PoP")
  private @Nullable String pop;

  @Option(names = "--node", paramLabel = "ID", description = "only at this edge; may be repeated")
  private List<String> nodes = new ArrayList<>();

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "the most requests per second at each edge, 50 by default")
  private @Nullable Integer rate;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      description = "wait until every edge has ended it, but no longer")
  private @Nullable Duration wait;

  @Override
  public Integer call() {
    ObjectNode body = body();
    return connection.run((client, out) -> {
      JsonNode warm = client.send("POST", "/v1/warm", body).json();
      Duration patience = wait;
      if (patience != null) {
        warm = awaited(client, warm, patience);
      }
      if (connection.json()) {
        Connection.print(out, warm);
      } else {
        show(out, warm);
      }
      return patience == null || isDone(warm) ? Launch.EXIT_OK : Launch.EXIT_FAILURE;
    });
  }

  private ObjectNode body() {
    if (pop != null && !nodes.isEmpty()) {
      throw new StartFailure("needs --pop or --node, not both");
    }
    ObjectNode body = Documents.mapper().createObjectNode().put("service", service);
    ArrayNode all = body.putArray("urls");
    urls.forEach(all::add);
    if (pop != null) {
      body.put("pop", pop);
    }
    if (!nodes.isEmpty()) {
      ArrayNode named = body.putArray("nodes");
      nodes.forEach(named::add);
    }
    if (rate != null) {
      body.put("rate", rate);
    }
    return body;
  }

  private static JsonNode awaited(Client client, JsonNode ordered, Duration patience) {
    JsonNode warm = ordered;
    long untilNanos = System.nanoTime() + patience.toNanos();
    while (warm.path("state").asText().equals("pending") && System.nanoTime() < untilNanos) {
      try {
        Thread.sleep(POLL);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return warm;
      }
      warm = client.get("/v1/warm/" + part(warm.path("id").asText()));
    }
    return warm;
  }

  private static boolean isDone(JsonNode warm) {
    int wanted = warm.path("urls").size();
    for (JsonNode node : warm.path("nodes")) {
      if (node.path("fetched").asInt(-1) != wanted) {
        return false;
      }
    }
    return true;
  }

  private static void show(PrintWriter out, JsonNode warm) {
    out.println(
        "warm "
            + warm.path("id").asText()
            + " of "
            + warm.path("service").asText()
            + ", "
            + warm.path("urls").size()
            + " URLs: "
            + warm.path("state").asText());
    Table table = new Table("NODE", "STATE", "FETCHED", "FAILED", "SKIPPED");
    for (JsonNode node : warm.path("nodes")) {
      table.row(
          node.path("id").asText(),
          node.path("state").asText(),
          count(node.path("fetched")),
          count(node.path("failed")),
          count(node.path("skipped")));
    }
    table.print(out, "");
    for (JsonNode node : warm.path("nodes")) {
      for (JsonNode error : node.path("errors")) {
        out.println(
            node.path("id").asText()
                + ": "
                + error.path("url").asText()
                + ": "
                + error.path("detail").asText());
      }
    }
  }

  private static String count(JsonNode number) {
    return number.isNull() ? "-" : number.asText();
  }
}
