package io.nearcast.control.cli;

import static io.nearcast.control.cli.Client.part;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.json.Documents;
import io.nearcast.config.launch.Launch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Commands for points of presence. */
final class PopCommands {
  private PopCommands() {}

  @Command(
      name = "pops",
      description = "Lists the points of presence.",
      subcommands = {Put.class, Remove.class})
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  static final class Pops implements Callable<Integer> {
    @Mixin private Connection connection;

    @Override
    public Integer call() {
      return connection.run((client, out) -> {
        JsonNode pops = client.list("/v1/pops");
        if (connection.json()) {
          Connection.print(out, pops);
          return Launch.EXIT_OK;
        }
        Table table = new Table("NAME", "LATITUDE", "LONGITUDE");
        for (JsonNode pop : pops) {
          table.row(
              pop.path("name").asText(),
              pop.path("latitude").asText(),
              pop.path("longitude").asText());
        }
        table.print(out, "There is no PoP yet: nearcast pops set NAME LATITUDE LONGITUDE");
        return Launch.EXIT_OK;
      });
    }
  }

  @Command(name = "set", description = "Adds a point of presence, or moves it.")
  @SuppressWarnings("NullAway.Init")
  static final class Put implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(index = "0", paramLabel = "NAME", description = "its name")
    private String name;

    @Parameters(index = "1", paramLabel = "LATITUDE", description = "degrees, north is positive")
    private double latitude;

    @Parameters(index = "2", paramLabel = "LONGITUDE", description = "degrees, east is positive")
    private double longitude;

    @Override
    public Integer call() {
      ObjectNode pop =
          Documents.mapper()
              .createObjectNode()
              .put("latitude", latitude)
              .put("longitude", longitude);
      return connection.run((client, out) -> {
        Client.Answer answer = client.send("PUT", "/v1/pops/" + part(name), pop);
        if (connection.json()) {
          Connection.print(out, answer.json());
        } else {
          out.println(name + ": " + (answer.status() == 201 ? "added" : "set"));
        }
        return Launch.EXIT_OK;
      });
    }
  }

  @Command(name = "remove", description = "Takes a point of presence out.")
  @SuppressWarnings("NullAway.Init")
  static final class Remove implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(paramLabel = "NAME", description = "its name")
    private String name;

    @Override
    public Integer call() {
      return connection.run((client, out) -> {
        client.send("DELETE", "/v1/pops/" + part(name), null);
        if (!connection.json()) {
          out.println(name + ": removed");
        }
        return Launch.EXIT_OK;
      });
    }
  }
}
