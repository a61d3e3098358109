package io.nearcast.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a node's admin endpoint, not a control plane, what it would do with a URL. */
@Command(name = "explain", description = "Says what a node would do with a URL, and why.")
@SuppressWarnings("NullAway.Init") // picocli sets what is required
final class ExplainCommand implements Callable<Integer> {
  @Parameters(paramLabel = "URL", description = "as a client would ask for it")
  private String url;

  @Option(
      names = "--admin",
      paramLabel = "ADDR:PORT",
      defaultValue = "127.0.0.1:8081",
      description = "the admin endpoint of an edge or a shield")
  private String admin;

  @Option(
      names = "--header",
      paramLabel = "NAME:VALUE",
      description = "a field that the request is supposed to have; may be given again")
  private List<String> headers = List.of();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "file with a reader's token, where the endpoint is not on a loopback address")
  private @Nullable Path tokenFile;

  // Hidden, for others can read command lines; it is here for its environment variable.
  @Option(names = "--token", hidden = true)
  private @Nullable String token;

  @Option(names = "--json", description = "print the node's answer as it is, for scripts")
  private boolean json;

  @Spec private CommandSpec command;

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    try (Client client = new Client(List.of(endpoint()), token())) {
      JsonNode said = client.get(path());
      if (json) {
        Connection.print(out, said);
      } else {
        print(out, said);
      }
      return Launch.EXIT_OK;
    } catch (Refused e) {
      String text = e.text().replace("--control-plane", "--admin");
      command.commandLine().getErr().println(command.qualifiedName() + ": " + text);
      return Launch.EXIT_FAILURE;
    } finally {
      out.flush();
    }
  }

  private URI endpoint() {
    try {
      URI endpoint = URI.create(admin.contains("://") ? admin : "http://" + admin);
      if (endpoint.getHost() != null) {
        return endpoint;
      }
    } catch (IllegalArgumentException e) {
      throw new StartFailure("--admin " + admin + " is no address: write ADDR:PORT", e);
    }
    throw new StartFailure("--admin " + admin + " is no address: write ADDR:PORT");
  }

  private String path() {
    StringBuilder path = new StringBuilder("/explain?url=").append(encoded(url));
    for (String header : headers) {
      path.append("&header=").append(encoded(header));
    }
    return path.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private String token() {
    if (tokenFile == null) {
      return token == null ? "" : token.strip();
    }
    try {
      return Files.readString(tokenFile).strip();
    } catch (IOException e) {
      throw new StartFailure(
          tokenFile + " cannot be read (" + e + "): name a file with a token with --token-file", e);
    }
  }

  /** What it comes to first, then how, in the order in which the node found it out. */
  private static void print(PrintWriter out, JsonNode said) {
    String reason = said.path("reason").asText();
    out.println(said.path("decision").asText() + (reason.isEmpty() ? "" : " (" + reason + ")"));
    out.println();
    fields(out, said, "");
  }

  private static void fields(PrintWriter out, JsonNode object, String indent) {
    object
        .properties()
        .forEach(
            field -> member(out, indent + words(field.getKey()) + ":", field.getValue(), indent));
  }

  private static void member(PrintWriter out, String title, JsonNode value, String indent) {
    if (value.isContainerNode() && value.isEmpty()) {
      out.println(title + " none");
    } else if (value.isObject()) {
      out.println(title);
      fields(out, value, indent + "  ");
    } else if (value.isArray()) {
      out.println(title);
      value.forEach(item -> item(out, item, indent + "  "));
    } else {
      out.println(title + " " + (value.isNull() ? "none" : value.asText()));
    }
  }

  private static void item(PrintWriter out, JsonNode item, String indent) {
    if (item.isObject()) {
      out.println(indent + "-");
      fields(out, item, indent + "  ");
    } else {
      out.println(indent + "- " + item.asText());
    }
  }

  /** {@code keyMadeOf} as {@code key made of}. */
  private static String words(String name) {
    // Names of request fields, which have hyphens, stay as they are.
    return name.indexOf('-') >= 0
        ? name
        : name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }
}
