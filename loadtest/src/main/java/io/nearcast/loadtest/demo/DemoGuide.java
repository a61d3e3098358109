package io.nearcast.loadtest.demo;

import io.nearcast.config.launch.HostPort;
import io.nearcast.loadtest.cdn.CdnPlan;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What to try with a running demo: commands for a shell, each of which works as it stands.
 *
 * <p>They are data, so that a test can run every one of them.
 *
 * @param plan where everything listens
 * @param siteDirectory the web site's files
 * @param origin the web site's origin
 */
record DemoGuide(CdnPlan plan, Path siteDirectory, URI origin) {
  /** The domain of the demo's service. */
  static final String DOMAIN = "www.demo.test";

  /** A second domain, which a step adds. */
  static final String SECOND_DOMAIN = "second.demo.test";

  private static final String HEADS = " | grep -iE '^(HTTP|age|cache-status)'";

  /**
   * Some commands that show one thing.
   *
   * @param title what they show
   * @param commands in order
   */
  record Step(String title, List<Command> commands) {}

  /**
   * A command.
   *
   * @param text for a shell
   * @param shows what its output is, for people
   */
  record Command(String text, String shows) {}

  /** All steps in order; later ones rely on earlier ones. */
  List<Step> steps() {
    return List.of(
        nearestEdge(),
        missThenHit(),
        stillCached(),
        purgeByUrl(),
        purge("Purge by tag: all HTML pages have the tag html", "\"tags\":[\"html\"]"),
        purge("Purge everything of the service", "\"everything\":true"),
        purgeAtNode(),
        addService(),
        addOrigin(),
        wrongField(),
        browser());
  }

  private Step nearestEdge() {
    HostPort dns = plan.router().dns();
    String dig = "dig @" + dns.host() + " -p " + dns.port() + " " + DOMAIN + " +short +subnet=";
    return new Step(
        "Ask the router as a client in Germany, in the United States, in Singapore",
        List.of(
            new Command(dig + "84.128.1.0/24", edge(0).host()),
            new Command(dig + "12.0.1.0/24", edge(1).host()),
            new Command(dig + "165.21.1.0/24", edge(2).host()),
            new Command(
                "curl -sS 'http://"
                    + plan.router().http()
                    + "/?format=json' -H 'Host: "
                    + DOMAIN
                    + "'",
                "the same choice by HTTP, with its reason")));
  }

  private Step missThenHit() {
    return new Step(
        "Fetch the page from the edge in Frankfurt: first a miss, then a hit",
        List.of(
            new Command(heads("/"), "fwd=uri-miss at shield and edge"),
            new Command(heads("/"), "hit at the edge")));
  }

  private Step stillCached() {
    return new Step(
        "Change the page at the origin: the edge has the old one still",
        List.of(
            new Command(
                "sed -i 's/<title>[^<]*/<title>Changed at the origin/' "
                    + quoted(siteDirectory.resolve("index.html")),
                "or edit any file in " + siteDirectory),
            new Command("curl -sS " + origin + "/ | grep '<title>'", "the new title"),
            new Command(page("/") + " | grep '<title>'", "the old title")));
  }

  private Step purgeByUrl() {
    return new Step(
        "Purge the page by its URL, with a receipt of each node",
        List.of(
            purgeCommand("\"urls\":[\"http://" + DOMAIN + "/\"]"),
            missAgain(),
            new Command(page("/") + " | grep '<title>'", "the new title")));
  }

  private Step purge(String title, String what) {
    return new Step(title, List.of(purgeCommand(what), missAgain()));
  }

  private Command purgeCommand(String what) {
    return new Command(
        curl("POST", "/v1/purges", " -H 'Prefer: wait=5'")
            + " -d '{\"service\":\""
            + Demo.SERVICE
            + "\","
            + what
            + "}'",
        "complete, applied by each edge");
  }

  private Command missAgain() {
    return new Command(heads("/"), "fetched from the origin again, and kept");
  }

  private Step purgeAtNode() {
    return new Step(
        "Purge at one node's own endpoint, for that node alone",
        List.of(
            new Command(
                "curl -sS -X PURGE -H 'Host: "
                    + DOMAIN
                    + "' http://"
                    + plan.edges().get(0).admin()
                    + "/",
                "its id, and how many objects it matched"),
            missAgain()));
  }

  private Step addService() {
    return new Step(
        "Add a service: it is served within a second",
        List.of(
            new Command(
                curl("PUT", "/v1/services/second", "")
                    + " -d '{\"name\":\"second\",\"domains\":[\""
                    + SECOND_DOMAIN
                    + "\"],\"origins\":[{\"name\":\"site\",\"url\":\""
                    + origin
                    + "\"}]}'",
                "the service, version 1"),
            new Command(
                "sleep 1; curl -sS -o /dev/null -D - -H 'Host: "
                    + SECOND_DOMAIN
                    + "' http://"
                    + edge(0)
                    + "/charts.html"
                    + HEADS,
                "HTTP/1.1 200 OK")));
  }

  private Step addOrigin() {
    return new Step(
        "Add an origin to the service",
        List.of(
            new Command(
                curl("PUT", "/v1/services/" + Demo.SERVICE + "/origins/spare", "")
                    + " -d '{\"name\":\"spare\",\"url\":\""
                    + origin
                    + "\",\"backup\":true}'",
                "the origin")));
  }

  private Step wrongField() {
    return new Step(
        "Write a wrong field: the answer names it",
        List.of(
            new Command(
                curl("PUT", "/v1/services/third", "")
                    + " -d '{\"name\":\"third\",\"domans\":[\"third.demo.test\"]}'",
                "a problem that points at /domans")));
  }

  private Step browser() {
    return new Step(
        "See the site in a browser, through the edge in Frankfurt",
        List.of(
            new Command(
                "chromium --user-data-dir=$(mktemp -d) --host-resolver-rules='MAP "
                    + DOMAIN
                    + " "
                    + edge(0).host()
                    + "' http://"
                    + DOMAIN
                    + ":"
                    + edge(0).port()
                    + "/",
                "or put the line \""
                    + edge(0).host()
                    + " "
                    + DOMAIN
                    + "\" into /etc/hosts for any browser")));
  }

  private HostPort edge(int number) {
    return plan.edges().get(Math.min(number, plan.edges().size() - 1)).listen();
  }

  private String page(String path) {
    return "curl -sS -H 'Host: " + DOMAIN + "' http://" + edge(0) + path;
  }

  private String heads(String path) {
    return page(path) + " -o /dev/null -D -" + HEADS;
  }

  private String curl(String method, String path, String more) {
    return "curl -sS -X "
        + method
        + " http://"
        + plan.controlPlane()
        + path
        + " -H \"Authorization: Bearer $(cat "
        + quoted(plan.tokenFile())
        + ")\" -H 'Content-Type: application/json'"
        + more;
  }

  /** A path as one word of a shell, also within a command substitution. */
  private static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9/._-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** The dashboard's address with the token, so that one click opens it. */
  String dashboard(String token) {
    return "http://" + plan.controlPlane() + "/#token=" + token;
  }

  /** All that the demo prints when it serves, without a line end. */
  String render(String token, String places) {
    List<String> lines = new ArrayList<>();
    lines.add("ready demo http://" + plan.controlPlane());
    lines.add("");
    lines.add("  dashboard    " + dashboard(token));
    lines.add("  token file   " + plan.tokenFile());
    lines.add("  web site     " + siteDirectory + "  (served by the origin at " + origin + ")");
    lines.add("  places       " + places);
    lines.add("  stop         Ctrl-C");
    lines.add("");
    lines.add("To try, in another terminal (each command works as it stands):");
    int number = 1;
    for (Step step : steps()) {
      lines.add("");
      lines.add(number++ + ". " + step.title());
      for (Command command : step.commands()) {
        lines.add("");
        lines.add("# " + command.shows());
        lines.add(command.text());
      }
    }
    return String.join("\n", lines) + "\n";
  }
}
