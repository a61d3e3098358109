package io.nearcast.loadtest.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.RestClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A CDN of processes under requests, purges and trouble for a while, and what came of it.
 *
 * @param history all that clients and the purger saw
 * @param checker of that history
 * @param notChecker the same with a rule that does not hold: that a purge is complete when it is
 *     accepted
 * @param purges how many were accepted, by their kind
 * @param unconfirmed how many were seen unconfirmed
 * @param completeWithoutLease how many were complete while an edge had not applied them
 * @param kills how many, by role
 * @param suspensions how often processes stood still, by role
 * @param weathers how many, by kind
 * @param originRequests how many came to the origin
 * @param originConfirmed how many of these were answered 304
 */
record Run(
    History history,
    Checker checker,
    Checker notChecker,
    Map<String, Long> purges,
    long unconfirmed,
    long completeWithoutLease,
    Map<String, Long> kills,
    Map<String, Long> suspensions,
    Map<String, Long> weathers,
    long originRequests,
    long originConfirmed) {

  /**
   * How much is done.
   *
   * @param duration of requests, purges and trouble; starting, and healing at the end, come on top
   * @param answers how many clients must have had at least: on a slow machine it takes longer
   * @param clients how many ask at once
   * @param requestPauseMillisMax the longest pause of a client
   * @param purgePauseMillisMax the longest pause between two purges
   * @param troublePauseMillisMax the longest pause between two faults
   */
  record Size(
      Duration duration,
      int answers,
      int clients,
      int requestPauseMillisMax,
      int purgePauseMillisMax,
      int troublePauseMillisMax) {}

  /** When all is well again, everything that was accepted is complete within this time. */
  private static final Duration HEALED_MAX = Duration.ofMinutes(2);

  /** How long a slow machine may take longer than the run is to last. */
  private static final Duration ANSWERS_MAX = Duration.ofMinutes(5);

  /** The services, and what each says of edges that are cut off. */
  static final Map<String, String> WHEN_CUT_OFF =
      Map.of("steady", "serve", "careful", "revalidate");

  /**
   * Runs it.
   *
   * @param data where processes keep what they have, and leave their output
   * @param seed of every choice; timing is the machine's own
   */
  static Run of(Path data, long seed, Size size) throws Exception {
    Map<String, List<Page>> pages = new LinkedHashMap<>();
    WHEN_CUT_OFF.keySet().stream().sorted().forEach(name -> pages.put(name, Page.of(name)));
    List<Page> all = mixed(pages, seed);
    History history = new History();
    try (StampingOrigin origin = StampingOrigin.start(all, seed);
        Fleet fleet = Fleet.start(Shell.root(), data, origin.port(), seed);
        RestClient rest = fleet.rest()) {
      for (String service : pages.keySet()) {
        rest.put("/v1/services/" + service, document(fleet, service)).orFail();
      }
      Clients clients = new Clients(fleet, all, history, size.requestPauseMillisMax);
      Purger purger =
          new Purger(rest, origin, pages, history, new Random(seed + 1), size.purgePauseMillisMax);
      Trouble trouble =
          new Trouble(fleet, history, new Random(seed + 2), size.troublePauseMillisMax);
      try {
        clients.start(size.clients, seed + 3);
        purger.start();
        trouble.start();
        Thread.sleep(size.duration);
        trouble.awaitPlanned();
        await("enough answers")
            .atMost(ANSWERS_MAX)
            .until(() -> history.answers().size() >= size.answers);
        trouble.stop();
        purger.stopPosting();
        await("all purges are complete once all is well")
            .atMost(HEALED_MAX)
            .untilAsserted(() -> assertThat(history.open()).isEmpty());
      } finally {
        trouble.stop();
        clients.stop();
        purger.stop();
      }
      return new Run(
          history,
          new Checker(history.purges(), origin.edits()),
          new Checker(
              history.purges().stream()
                  .map(purge -> purge.completeAt(purge.acceptedNanos()))
                  .toList(),
              origin.edits()),
          purger.kinds(),
          purger.unconfirmed().size(),
          purger.completeWithoutLease().size(),
          trouble.kills(),
          trouble.suspensions(),
          trouble.weathers(),
          origin.requests(),
          origin.confirmed());
    }
  }

  private static List<Page> mixed(Map<String, List<Page>> pages, long seed) {
    List<Page> all = new ArrayList<>();
    pages.values().forEach(all::addAll);
    java.util.Collections.shuffle(all, new Random(seed));
    return all;
  }

  private static String document(Fleet fleet, String service) {
    return """
    {"name": "%s", "domains": ["www.%s.test"],
     "origins": [{"name": "main", "url": "http://%s"},
                 {"name": "spare", "url": "http://%s", "backup": true}],
     "purge": {"whenCutOff": "%s"}}
    """
        .formatted(
            service,
            service,
            fleet.link(Fleet.toOrigin("main")).address(),
            fleet.link(Fleet.toOrigin("spare")).address(),
            WHEN_CUT_OFF.get(service));
  }

  /** All answers that break the promise. */
  List<Checker.Violation> violations() {
    return checker.violations(history.answers());
  }

  /** Writes all that is known of violations into a file beside the processes' output. */
  Path explain(Path data, List<Checker.Violation> violations) throws IOException {
    StringBuilder text = new StringBuilder();
    violations.stream()
        .limit(10)
        .forEach(violation -> text.append(history.around(violation)).append("\n\n"));
    Path file = data.resolve("violations.txt");
    java.nio.file.Files.writeString(file, text);
    return file;
  }

  /** What clients were answered, in classes. */
  Map<String, Long> answers() {
    Map<String, Long> counts = new TreeMap<>();
    for (Seen answer : history.answers()) {
      String by =
          answer.hitAtEdge()
              ? "hit at the edge"
              : answer.hitAtShield() ? "hit at a shield" : "asked for";
      counts.merge(answer.status() >= 500 ? "error" : by, 1L, Long::sum);
    }
    return counts;
  }

  /**
   * How many answers there were with something stored to requests after a purge of it was complete.
   */
  long hitsAfterPurges() {
    return history.answers().stream()
        .filter(answer -> answer.hitAtEdge() || answer.hitAtShield())
        .filter(answer -> checker.barrier(answer) != null)
        .count();
  }

  /** How long purges took from being posted to being seen complete, in milliseconds, sorted. */
  double[] millisToComplete(String service) {
    return history.purges().stream()
        .filter(purge -> purge.complete() && purge.service().equals(service))
        .mapToDouble(purge -> (purge.completeNanos() - purge.sentNanos()) / 1e6)
        .sorted()
        .toArray();
  }
}
