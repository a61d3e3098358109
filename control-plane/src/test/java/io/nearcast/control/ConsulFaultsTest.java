package io.nearcast.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.Selector;
import io.nearcast.control.SteadyWriter.Fate;
import io.nearcast.control.rest.Http;
import io.nearcast.control.rest.RunningControlPlane;
import io.nearcast.control.store.consul.ConsulCluster;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real Consul servers and two real control planes under steady writes; any of them is killed
 * with SIGKILL. Whatever was accepted is in the log once, and everybody is told the same log.
 */
@Timeout(600)
final class ConsulFaultsTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration PROGRESS_MAX = Duration.ofSeconds(60);
  private static final Duration WRITE_MAX = Duration.ofSeconds(12);
  private static final Duration QUICK_MAX = Duration.ofSeconds(5);
  private static final String POP = "{\"latitude\": 1, \"longitude\": 2}";
  private static final String PURGE = "{\"service\": \"shop\", \"tags\": [\"a\"]}";
  private static final int PROGRESS = 40;
  private static final int PLANES = 2;
  private static final int WRITERS = 4;

  private final List<AutoCloseable> parts = new ArrayList<>();
  private final ControlPlaneProcess[] planes = new ControlPlaneProcess[PLANES];
  private final Http[] clients = new Http[PLANES];
  private final List<SteadyWriter> writers = new ArrayList<>();
  private final List<RecordingFollower> followers = new ArrayList<>();

  private Path directory;
  private ConsulCluster consul;

  /** What is killed and started again. */
  private enum Fault {
    CONSUL_LEADER,
    FIRST_PLANE,
    SECOND_PLANE,
    CONSUL_AND_PLANE,
    ALL
  }

  @BeforeEach
  void start(@TempDir Path fresh) throws Exception {
    directory = fresh;
    consul = ConsulCluster.start(directory.resolve("consul"));
    parts.add(consul);
    for (int plane = 0; plane < PLANES; plane++) {
      startPlane(plane);
      String token = planes[0].adminToken();
      clients[plane] = new Http(planes[plane].address(), token);
      parts.add(clients[plane]);
    }
    Http http = clients[0];
    assertThat(http.put("/v1/services/shop", RunningControlPlane.service("a.example")).status())
        .isEqualTo(201);
    await().until(() -> clients[1].get("/v1/services/shop").status() == 200);
  }

  private void startPlane(int plane) throws IOException {
    planes[plane] =
        ControlPlaneProcess.start(
            directory.resolve("plane-" + plane),
            consul.freeHost(plane) + ":7000",
            "--store=consul",
            "--consul=" + consul.urls("cdn"));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable part : writers) {
      part.close();
    }
    for (AutoCloseable part : followers) {
      part.close();
    }
    for (ControlPlaneProcess plane : planes) {
      if (plane != null) {
        plane.close();
      }
    }
    for (AutoCloseable part : parts.reversed()) {
      part.close();
    }
  }

  private void follow() throws IOException {
    URI first = clients[0].uri("");
    URI second = clients[1].uri("");
    String token = planes[0].adminToken();
    List<List<URI>> ways =
        List.of(List.of(first), List.of(second), List.of(first, second), List.of(second, first));
    for (int i = 0; i < ways.size(); i++) {
      followers.add(
          RecordingFollower.start("edge-" + i, ways.get(i), token, directory.resolve("edge-" + i)));
    }
  }

  private void write() {
    for (int i = 0; i < WRITERS; i++) {
      Http home = clients[i % PLANES];
      writers.add(SteadyWriter.start("w" + i, home, clients[(i + 1) % PLANES]));
    }
  }

  @Test
  void everyAcceptedWriteIsInTheLogOnceWhateverIsKilled() throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    List<Fault> faults =
        new ArrayList<>(List.of(Fault.CONSUL_LEADER, Fault.FIRST_PLANE, Fault.SECOND_PLANE));
    faults.add(random.nextBoolean() ? Fault.CONSUL_AND_PLANE : Fault.ALL);
    Collections.shuffle(faults, random);
    run(seed, faults, random);
  }

  @Test
  @Tag("long")
  void everyAcceptedWriteIsInTheLogOnceWhateverIsKilledForFiveMinutes() throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    List<Fault> faults = new ArrayList<>();
    Fault[] all = Fault.values();
    for (int i = 0; i < 1_000; i++) {
      faults.add(all[random.nextInt(all.length)]);
    }
    run(seed, faults, random);
  }

  private static long millis(Runnable action) {
    long before = System.nanoTime();
    action.run();
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
  }

  private static void assertRefused(Http.Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.header("Retry-After")).isNotEmpty();
    assertThat(answer.text("/detail")).contains("the store does not answer");
  }

  @Test
  void withAllConsulServersDeadReadsAreAnsweredWritesAreRefusedAndAllGoesOnByItself()
      throws Exception {
    follow();
    Http http = clients[0];
    String purge = http.post("/v1/purges", PURGE).header("Location");
    await().until(() -> http.get(purge).text("/state").equals("complete"));
    long head = http.get("/v1/feed/snapshot").json().at("/sequence").asLong();
    consul.killAll();

    long first = millis(() -> assertRefused(http.put("/v1/pops/x", POP)));
    assertThat(first).isLessThan(WRITE_MAX.toMillis());
    await().until(() -> http.get("/readyz").status() == 503);
    assertThat(http.get("/readyz").text("/detail")).contains("the store does not answer");
    for (int i = 0; i < 5; i++) {
      assertThat(millis(() -> assertRefused(http.post("/v1/purges", PURGE))))
          .isLessThan(QUICK_MAX.toMillis());
    }
    for (String path :
        List.of(
            "/healthz",
            "/v1/services",
            "/v1/services/shop",
            "/v1/pops",
            "/v1/nodes",
            "/v1/tokens",
            "/v1/purges?limit=1",
            "/v1/feed/snapshot",
            purge)) {
      long took = millis(() -> assertThat(http.get(path).status()).as(path).isEqualTo(200));
      assertThat(took).as(path).isLessThan(QUICK_MAX.toMillis());
    }
    assertThat(http.get(purge).text("/state")).isEqualTo("complete");
    assertRefusedRead(http.get("/v1/services/shop/versions"));
    try (RecordingFollower late =
        RecordingFollower.start(
            "edge-9", List.of(http.uri("")), planes[0].adminToken(), directory.resolve("late"))) {
      assertThat(late.began()).isEqualTo(head);
    }

    consul.restartAll();
    for (Http client : clients) {
      await().atMost(PROGRESS_MAX).until(() -> client.get("/readyz").status() == 200);
      assertThat(client.post("/v1/purges", PURGE).status()).isEqualTo(202);
    }
    await()
        .atMost(PROGRESS_MAX)
        .until(() -> followers.stream().allMatch(follower -> follower.applied() >= head + 2));
    followers.forEach(RecordingFollower::assertWithoutGaps);
  }

  private static void assertRefusedRead(Http.Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isNotEmpty();
    assertThat(answer.text("/detail")).contains("the store cannot be read now");
  }

  private void run(long seed, List<Fault> faults, Random random) throws Exception {
    System.out.println("seed " + seed);
    long endNanos = System.nanoTime() + LONG.toNanos();
    follow();
    write();
    awaitProgress();
    int done = 0;
    for (Fault fault : faults) {
      Thread.sleep(random.nextInt(500)); // the moment is a part of the schedule
      commit(fault, random);
      awaitProgress();
      done++;
      if (System.nanoTime() - endNanos > 0) {
        break;
      }
    }
    writers.forEach(SteadyWriter::close);
    assertThat(writers).extracting(SteadyWriter::trouble).as("seed %d", seed).containsOnlyNulls();
    check(seed);
    System.out.println(done + " faults, " + accepted() + " writes accepted, " + fates());
  }

  private void commit(Fault fault, Random random) throws Exception {
    switch (fault) {
      case CONSUL_LEADER -> {
        int leader = consul.killLeader();
        if (random.nextBoolean()) {
          awaitProgress(); // by the other two
        }
        consul.restart(leader);
        consul.awaitLeader();
      }
      case FIRST_PLANE -> killPlane(0);
      case SECOND_PLANE -> killPlane(1);
      case CONSUL_AND_PLANE -> {
        int leader = consul.killLeader();
        int plane = random.nextInt(PLANES);
        planes[plane].kill();
        consul.restart(leader);
        consul.awaitLeader();
        startPlane(plane);
      }
      case ALL -> {
        for (ControlPlaneProcess plane : planes) {
          plane.kill();
        }
        consul.killAll();
        consul.restartAll();
        for (int plane = 0; plane < PLANES; plane++) {
          startPlane(plane);
        }
      }
    }
  }

  private void killPlane(int plane) throws IOException {
    planes[plane].kill();
    startPlane(plane);
  }

  private int accepted() {
    return writers.stream().mapToInt(SteadyWriter::accepted).sum();
  }

  /** Waits until every writer gets on. */
  private void awaitProgress() {
    List<Integer> before = writers.stream().map(SteadyWriter::accepted).toList();
    await()
        .atMost(PROGRESS_MAX)
        .until(() -> {
          for (int i = 0; i < writers.size(); i++) {
            if (writers.get(i).accepted() < before.get(i) + PROGRESS / WRITERS) {
              return false;
            }
          }
          return true;
        });
  }

  private Map<Fate, Integer> fates() {
    Map<Fate, Integer> count = new EnumMap<>(Fate.class);
    for (SteadyWriter writer : writers) {
      writer.pops().values().forEach(fate -> count.merge(fate, 1, Integer::sum));
      writer.purges().values().forEach(fate -> count.merge(fate, 1, Integer::sum));
    }
    return count;
  }

  private void check(long seed) {
    long head = clients[0].get("/v1/feed/snapshot").json().at("/sequence").asLong();
    await()
        .atMost(PROGRESS_MAX)
        .until(() -> followers.stream().allMatch(follower -> follower.applied() >= head));
    followers.forEach(RecordingFollower::assertWithoutGaps);
    long began = followers.stream().mapToLong(RecordingFollower::began).max().orElseThrow();
    List<FeedEntry> log = followers.getFirst().entriesAfter(began);
    for (RecordingFollower follower : followers) {
      assertThat(follower.entriesAfter(began)).as("seed %d", seed).isEqualTo(log);
    }
    Map<String, Integer> pops = new HashMap<>();
    Map<String, Integer> purges = new HashMap<>();
    for (FeedEntry entry : followers.getFirst().entriesAfter(0)) {
      if (entry.change() instanceof Change.PopChanged changed) {
        pops.merge(changed.pop().name(), 1, Integer::sum);
      } else if (entry.change() instanceof Change.PurgeIssued purge) {
        purges.merge(((Selector.Tag) purge.selectors().getFirst()).tag(), 1, Integer::sum);
      }
    }
    for (SteadyWriter writer : writers) {
      checkFates(seed, writer.pops(), pops);
      checkFates(seed, writer.purges(), purges);
    }
  }

  private static void checkFates(long seed, Map<String, Fate> fates, Map<String, Integer> log) {
    fates.forEach((change, fate) -> {
      int times = log.getOrDefault(change, 0);
      switch (fate) {
        case ACCEPTED -> assertThat(times).as("%s, seed %d", change, seed).isEqualTo(1);
        case REFUSED -> assertThat(times).as("%s, seed %d", change, seed).isZero();
        case UNKNOWN -> assertThat(times).as("%s, seed %d", change, seed).isLessThan(2);
      }
    });
  }
}
