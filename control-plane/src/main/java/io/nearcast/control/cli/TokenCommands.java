package io.nearcast.control.cli;

import static io.nearcast.control.cli.Client.part;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.json.Documents;
import io.nearcast.config.launch.Launch;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands for tokens. */
final class TokenCommands {
  private TokenCommands() {}

  @Command(
      name = "tokens",
      description = "Lists the tokens, without their secrets.",
      subcommands = {Create.class, Delete.class})
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  static final class Tokens implements Callable<Integer> {
    @Mixin private Connection connection;

    @Override
    public Integer call() {
      return connection.run((client, out) -> {
        JsonNode tokens = client.list("/v1/tokens");
        if (connection.json()) {
          Connection.print(out, tokens);
          return Launch.EXIT_OK;
        }
        Table table = new Table("ID", "ROLE", "SERVICE", "CREATED", "EXPIRES");
        for (JsonNode token : tokens) {
          table.row(
              token.path("id").asText(),
              token.path("role").asText(),
              token.path("service").asText("all"),
              token.path("createdAt").asText(),
              token.path("expires").asText("never"));
        }
        table.print(out, "There is no token.");
        return Launch.EXIT_OK;
      });
    }
  }

  @Command(name = "create", description = "Makes a token and prints it, this once.")
  @SuppressWarnings("NullAway.Init")
  static final class Create implements Callable<Integer> {
    @Mixin private Connection connection;

    @Option(
        names = "--role",
        paramLabel = "ROLE",
        required = true,
        description = "admin, editor, purger, reader or node")
    private String role;

    @Option(
        names = "--service",
        paramLabel = "NAME",
        description = "good for this service only; with editor, purger and reader")
    private @Nullable String service;

    @Option(
        names = "--expires-in",
        paramLabel = "DURATION",
        description = "how long it is good, as in 30d; for ever where it is not given")
    private @Nullable Duration expiresIn;

    @Override
    public Integer call() {
      ObjectNode request = Documents.mapper().createObjectNode().put("role", role);
      if (service != null) {
        request.put("service", service);
      }
      if (expiresIn != null) {
        request.put("expires", Instant.now().plus(expiresIn).toString());
      }
      return connection.run((client, out) -> {
        JsonNode token = client.send("POST", "/v1/tokens", request).json();
        if (connection.json()) {
          Connection.print(out, token);
        } else {
          out.println(token.path("token").asText());
        }
        return Launch.EXIT_OK;
      });
    }
  }

  @Command(name = "delete", description = "Makes a token worthless.")
  @SuppressWarnings("NullAway.Init")
  static final class Delete implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(paramLabel = "ID", description = "the token's id, as nearcast tokens lists it")
    private String id;

    @Override
    public Integer call() {
      return connection.run((client, out) -> {
        client.send("DELETE", "/v1/tokens/" + part(id), null);
        if (!connection.json()) {
          out.println(id + ": deleted");
        }
        return Launch.EXIT_OK;
      });
    }
  }
}
