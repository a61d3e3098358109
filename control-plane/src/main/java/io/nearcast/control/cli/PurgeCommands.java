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
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands for purges. */
final class PurgeCommands {
  private static final List<String> KINDS = List.of("urls", "tags", "prefixes", "hosts");
  private static final Pattern WORD = Pattern.compile("[!-~]{1,255}");
  private static final int SHOWN_MAX = 3;

  private PurgeCommands() {}

  @Command(
      name = "purge",
      description = "Purges by URL, tag, prefix or host, or everything of a service.",
      footer = "Ends with 1 where --wait is given and not every edge has applied it in time.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  static final class Purge implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(paramLabel = "SERVICE", description = "the service")
    private String service;

    @Option(names = "--url", paramLabel = "URL", description = "http://host/path?query")
    private List<String> urls = new ArrayList<>();

    @Option(names = "--tag", paramLabel = "TAG", description = "as in Surrogate-Key or Cache-Tag")
    private List<String> tags = new ArrayList<>();

    @Option(names = "--prefix", paramLabel = "URL", description = "the beginning of URLs")
    private List<String> prefixes = new ArrayList<>();

    @Option(names = "--host", paramLabel = "HOST", description = "everything under a domain")
    private List<String> hosts = new ArrayList<>();

    @Option(names = "--everything", description = "everything of the service")
    private boolean everything;

    @Option(names = "--soft", description = "make it stale instead of unusable")
    private boolean soft;

    @Option(
        names = "--wait",
        paramLabel = "DURATION",
        description = "wait until every edge has applied it, but no longer; at most 60s")
    private @Nullable Duration wait;

    @Option(
        names = "--idempotency-key",
        paramLabel = "WORD",
        description =
            "what to call this purge: sent again with the same word it is not carried out again;"
                + " without it only lost answers are asked for again")
    private @Nullable String key;

    @Override
    public Integer call() {
      ObjectNode body = body();
      Duration patience = wait;
      List<String> headers = new ArrayList<>(List.of(Client.IDEMPOTENCY_KEY, quotedKey()));
      if (patience != null) {
        headers.addAll(List.of("Prefer", "wait=" + Math.max(1, patience.toSeconds())));
      }
      return connection.run((client, out) -> {
        JsonNode purge =
            client.send("POST", "/v1/purges", body, headers.toArray(String[]::new)).json();
        if (connection.json()) {
          Connection.print(out, purge);
        } else {
          show(out, purge);
        }
        boolean complete = purge.path("state").asText().equals("complete");
        return patience == null || complete ? Launch.EXIT_OK : Launch.EXIT_FAILURE;
      });
    }

    private String quotedKey() {
      String word = key == null ? UUID.randomUUID().toString() : key;
      if (!WORD.matcher(word).matches()) {
        throw new StartFailure("--idempotency-key takes 1 to 255 visible ASCII characters");
      }
      return '"' + word.replaceAll("[\"\\\\]", "\\\\$0") + '"';
    }

    private ObjectNode body() {
      ObjectNode body =
          Documents.mapper().createObjectNode().put("service", service).put("soft", soft);
      int kinds = everything ? 1 : 0;
      if (everything) {
        body.put("everything", true);
      }
      List<List<String>> given = List.of(urls, tags, prefixes, hosts);
      for (int i = 0; i < KINDS.size(); i++) {
        if (!given.get(i).isEmpty()) {
          kinds++;
          ArrayNode selectors = body.putArray(KINDS.get(i));
          given.get(i).forEach(selectors::add);
        }
      }
      if (kinds != 1) {
        throw new StartFailure(
            "needs exactly one kind of --url, --tag, --prefix, --host, --everything");
      }
      return body;
    }
  }

  @Command(
      name = "purges",
      description = "Lists the newest purges, or shows one with its receipts.")
  @SuppressWarnings("NullAway.Init")
  static final class Purges implements Callable<Integer> {
    @Mixin private Connection connection;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "show this one")
    private @Nullable String id;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "20",
        description = "the most that are listed, up to 1000")
    private int limit;

    @Override
    public Integer call() {
      String shown = id;
      return connection.run(
          (client, out) -> shown == null ? list(client, out) : show(client, out, shown));
    }

    private int show(Client client, PrintWriter out, String shown) {
      JsonNode purge = client.get("/v1/purges/" + part(shown));
      if (connection.json()) {
        Connection.print(out, purge);
      } else {
        PurgeCommands.show(out, purge);
      }
      return Launch.EXIT_OK;
    }

    private int list(Client client, PrintWriter out) {
      JsonNode purges = client.get("/v1/purges?limit=" + limit).path("items");
      if (connection.json()) {
        Connection.print(out, purges);
        return Launch.EXIT_OK;
      }
      Table table = new Table("ID", "STATE", "APPLIED", "SERVICE", "WHAT", "CREATED");
      for (JsonNode purge : purges) {
        table.row(
            purge.path("id").asText(),
            purge.path("state").asText(),
            applied(purge.path("nodes")),
            purge.path("service").asText(),
            what(purge),
            purge.path("createdAt").asText());
      }
      table.print(out, "Nothing has been purged yet.");
      return Launch.EXIT_OK;
    }
  }

  private static void show(PrintWriter out, JsonNode purge) {
    out.println(
        "purge "
            + purge.path("id").asText()
            + " of "
            + purge.path("service").asText()
            + ", "
            + what(purge)
            + ": "
            + purge.path("state").asText());
    Table table = new Table("NODE", "STATE", "MATCHED");
    for (JsonNode node : purge.path("nodes")) {
      table.row(
          node.path("id").asText(),
          node.path("state").asText(),
          node.path("matched").isNull() ? "-" : node.path("matched").asText());
    }
    table.print(out, "There was no node that could have anything of it.");
  }

  private static String applied(JsonNode nodes) {
    int applied = 0;
    for (JsonNode node : nodes) {
      applied += node.path("state").asText().equals("applied") ? 1 : 0;
    }
    return applied + "/" + nodes.size();
  }

  private static String what(JsonNode purge) {
    String soft = purge.path("soft").asBoolean() ? "soft " : "";
    for (String kind : KINDS) {
      JsonNode selectors = purge.path(kind);
      if (!selectors.isMissingNode()) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < Math.min(SHOWN_MAX, selectors.size()); i++) {
          shown.add(selectors.get(i).asText());
        }
        int more = selectors.size() - shown.size();
        return soft
            + (kind.equals("urls") ? "" : kind + " ")
            + String.join(" ", shown)
            + (more > 0 ? " and " + more + " more" : "");
      }
    }
    return soft + "everything";
  }
}
