package io.nearcast.control.cli;

import static io.nearcast.control.cli.Client.part;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.launch.Launch;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Commands for nodes. */
final class NodeCommands {
  private NodeCommands() {}

  @Command(name = "nodes", description = "Lists the nodes, or shows one.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  static final class Nodes implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "show this one")
    private @Nullable String id;

    @Override
    public Integer call() {
      String shown = id;
      return connection.run((client, out) -> {
        JsonNode answer =
            shown == null ? client.list("/v1/nodes") : client.get("/v1/nodes/" + part(shown));
        if (connection.json()) {
          Connection.print(out, answer);
        } else {
          print(out, answer);
        }
        return Launch.EXIT_OK;
      });
    }
  }

  /** Prints a node, or an array of them. */
  private static void print(PrintWriter out, JsonNode nodes) {
    Table table = new Table("ID", "ROLE", "POP", "STATE", "APPLIED", "ADDRESS", "WARNINGS");
    for (JsonNode node : nodes.isArray() ? nodes : List.of(nodes)) {
      StringBuilder warnings = new StringBuilder();
      node.path("warnings")
          .forEach(
              warning -> warnings.append(warnings.isEmpty() ? "" : "; ").append(warning.asText()));
      table.row(
          node.path("id").asText(),
          node.path("role").asText(),
          node.path("pop").asText(),
          node.path("state").asText(),
          node.path("appliedSequence").asText(),
          node.path("address").asText(),
          warnings.toString());
    }
    table.print(out, "No node has reported yet.");
  }

  @Command(name = "drain", description = "Gives a node no new clients.")
  @SuppressWarnings("NullAway.Init")
  static final class Drain implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(paramLabel = "ID", description = "the node")
    private String id;

    @Override
    public Integer call() {
      return post(connection, id, "drain");
    }
  }

  @Command(name = "undrain", description = "Gives a node clients again.")
  @SuppressWarnings("NullAway.Init")
  static final class Undrain implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(paramLabel = "ID", description = "the node")
    private String id;

    @Override
    public Integer call() {
      return post(connection, id, "undrain");
    }
  }

  @Command(
      name = "remove",
      description = "Takes a node that will not come back out of the membership.")
  @SuppressWarnings("NullAway.Init")
  static final class Remove implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(paramLabel = "ID", description = "the node")
    private String id;

    @Override
    public Integer call() {
      return connection.run((client, out) -> {
        client.send("DELETE", "/v1/nodes/" + part(id), null);
        if (!connection.json()) {
          out.println(id + ": removed; purges do not wait for it any more");
        }
        return Launch.EXIT_OK;
      });
    }
  }

  private static int post(Connection connection, String id, String action) {
    return connection.run((client, out) -> {
      JsonNode node = client.send("POST", "/v1/nodes/" + part(id) + "/" + action, null).json();
      if (connection.json()) {
        Connection.print(out, node);
      } else {
        out.println(id + ": " + node.path("state").asText());
      }
      return Launch.EXIT_OK;
    });
  }
}
