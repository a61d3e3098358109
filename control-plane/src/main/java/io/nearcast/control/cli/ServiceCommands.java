package io.nearcast.control.cli;

import static io.nearcast.control.cli.Client.part;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands for services. */
final class ServiceCommands {
  private static final String NO_SERVICE =
      "There is no service yet: nearcast apply -f FILE makes one.";

  private ServiceCommands() {}

  @Command(name = "apply", description = "Makes or changes services from YAML or JSON files.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  static final class Apply implements Callable<Integer> {
    @Mixin private Connection connection;

    @Option(
        names = {"-f", "--file"},
        paramLabel = "FILE",
        required = true,
        description = "a service's document; - for standard input; may be given several times")
    private List<Path> files;

    @Option(names = "--draft", description = "keep the version without activating it")
    private boolean draft;

    @Override
    public Integer call() {
      List<JsonNode> services = new ArrayList<>();
      files.forEach(file -> services.add(read(file)));
      return connection.run((client, out) -> {
        services.forEach(service -> apply(client, out, service));
        return Launch.EXIT_OK;
      });
    }

    private void apply(Client client, PrintWriter out, JsonNode service) {
      String name = service.path("name").asText();
      String path = "/v1/services/" + part(name);
      Client.Answer before = client.find(path);
      Client.Answer after = client.send("PUT", draft ? path + "?activate=false" : path, service);
      if (connection.json()) {
        Connection.print(out, after.json());
        return;
      }
      JsonNode newest = client.get(path + "/versions?limit=1").at("/items/0");
      String outcome =
          draft
              ? "kept as a draft"
              : before == null
                  ? "created"
                  : before.etag().equals(after.etag()) ? "unchanged" : "changed";
      out.println(name + ": " + outcome + ", version " + newest.path("version").asText());
    }

    private static JsonNode read(Path file) {
      try {
        byte[] text =
            file.toString().equals("-") ? System.in.readAllBytes() : Files.readAllBytes(file);
        JsonNode service = Documents.readYaml(JsonNode.class, text);
        if (!service.path("name").isTextual() || service.path("name").asText().isEmpty()) {
          throw new StartFailure(file + ": has no name: write name: NAME into it");
        }
        return service;
      } catch (IOException e) {
        throw new StartFailure(file + " cannot be read (" + e + ")", e);
      } catch (InvalidDocument e) {
        throw new StartFailure(file + ": " + e.getMessage(), e);
      }
    }
  }

  @Command(name = "services", description = "Lists the services, or shows one.")
  @SuppressWarnings("NullAway.Init")
  static final class Services implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "show this one")
    private @Nullable String name;

    @Override
    public Integer call() {
      String shown = name;
      return connection.run((client, out) ->
          shown == null ? list(client, out) : show(connection, client, out, shown));
    }

    private int list(Client client, PrintWriter out) {
      JsonNode services = client.list("/v1/services");
      if (connection.json()) {
        Connection.print(out, services);
        return Launch.EXIT_OK;
      }
      Table table = new Table("NAME", "VERSION", "DOMAINS", "ORIGINS");
      for (JsonNode service : services) {
        table.row(
            service.path("name").asText(),
            service.path("version").asText(),
            joined(service.path("domains"), ""),
            joined(service.path("origins"), "/url"));
      }
      table.print(out, NO_SERVICE);
      return Launch.EXIT_OK;
    }
  }

  @Command(name = "service", description = "Shows a service as YAML.")
  @SuppressWarnings("NullAway.Init")
  static final class ShowService implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(paramLabel = "NAME", description = "the service")
    private String name;

    @Override
    public Integer call() {
      return connection.run((client, out) -> show(connection, client, out, name));
    }
  }

  @Command(name = "versions", description = "Lists the versions of a service, newest first.")
  @SuppressWarnings("NullAway.Init")
  static final class Versions implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(paramLabel = "NAME", description = "the service")
    private String name;

    @Override
    public Integer call() {
      return connection.run((client, out) -> {
        JsonNode versions = client.list("/v1/services/" + part(name) + "/versions");
        if (connection.json()) {
          Connection.print(out, versions);
          return Launch.EXIT_OK;
        }
        Table table = new Table("VERSION", "ACTIVE", "CREATED", "BY");
        for (JsonNode version : versions) {
          table.row(
              version.path("version").asText(),
              version.path("active").asBoolean() ? "active" : "",
              version.path("createdAt").asText(),
              version.path("author").asText());
        }
        table.print(out, NO_SERVICE);
        return Launch.EXIT_OK;
      });
    }
  }

  @Command(
      name = "activate",
      description = "Activates a version of a service: an older one to roll back.")
  @SuppressWarnings("NullAway.Init")
  static final class Activate implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(index = "0", paramLabel = "NAME", description = "the service")
    private String name;

    @Parameters(index = "1", paramLabel = "VERSION", description = "its version")
    private int version;

    @Override
    public Integer call() {
      return connection.run((client, out) -> {
        Client.Answer answer =
            client.send(
                "POST", "/v1/services/" + part(name) + "/versions/" + version + "/activate", null);
        if (connection.json()) {
          Connection.print(out, answer.json());
        } else {
          out.println(name + ": version " + version + " is active");
        }
        return Launch.EXIT_OK;
      });
    }
  }

  @Command(name = "delete", description = "Stops serving a service; its versions stay.")
  @SuppressWarnings("NullAway.Init")
  static final class Delete implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(paramLabel = "NAME", description = "the service")
    private String name;

    @Override
    public Integer call() {
      return connection.run((client, out) -> {
        client.send("DELETE", "/v1/services/" + part(name), null);
        if (!connection.json()) {
          out.println(name + ": deleted");
        }
        return Launch.EXIT_OK;
      });
    }
  }

  private static int show(Connection connection, Client client, PrintWriter out, String name) {
    JsonNode service = client.get("/v1/services/" + part(name));
    if (connection.json()) {
      Connection.print(out, service);
    } else {
      out.print(new String(Documents.writeYaml(service), StandardCharsets.UTF_8));
    }
    return Launch.EXIT_OK;
  }

  private static String joined(JsonNode list, String pointer) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(item -> pointer.isEmpty() ? item.asText() : item.at(pointer).asText())
        .collect(Collectors.joining(", "));
  }
}
