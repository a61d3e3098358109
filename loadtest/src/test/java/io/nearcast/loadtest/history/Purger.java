package io.nearcast.loadtest.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.feed.Selector;
import io.nearcast.loadtest.cdn.RestClient;
import io.nearcast.loadtest.cdn.RestClient.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Edits pages and purges them at random, of every kind, and watches the purges until they are
 * complete: some by {@code Prefer: wait}, all by looking at the list of purges again and again.
 */
final class Purger {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WAITING_MAX = 6;
  private static final int WAIT_SECONDS = 8;
  private static final int POLL_MILLIS = 200;
  private static final int ATTEMPTS_MAX = 5;

  private final RestClient rest;
  private final StampingOrigin origin;
  private final Map<String, List<Page>> pagesOfServices;
  private final History history;
  private final Random random;
  private final int pauseMillisMax;
  private final Semaphore waiting = new Semaphore(WAITING_MAX);
  private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, LongAdder> kinds = new ConcurrentHashMap<>();
  private final Set<String> unconfirmed = ConcurrentHashMap.newKeySet();
  private final Set<String> withoutLease = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String refusal;
  private volatile boolean posting = true;
  private volatile boolean watching = true;

  /** What is to be purged, as selectors and as the request says it. */
  private record Aim(String kind, List<Selector> selectors, String field, Object value) {}

  Purger(
      RestClient rest,
      StampingOrigin origin,
      Map<String, List<Page>> pagesOfServices,
      History history,
      Random random,
      int pauseMillisMax) {
    this.rest = rest;
    this.origin = origin;
    this.pagesOfServices = pagesOfServices;
    this.history = history;
    this.random = random;
    this.pauseMillisMax = pauseMillisMax;
  }

  void start() {
    threads.add(Thread.ofVirtual().name("purger").start(this::purge));
    threads.add(Thread.ofVirtual().name("watcher").start(this::watch));
  }

  /** Purges no more, but still watches. */
  void stopPosting() {
    posting = false;
  }

  /**
   * Watches no more either.
   *
   * @throws AssertionError if a purge was refused
   */
  void stop() throws InterruptedException {
    posting = false;
    watching = false;
    for (Thread thread : List.copyOf(threads)) {
      thread.join();
    }
    assertThat(refusal).isNull();
  }

  /** How many purges of each kind were accepted, such as "hard tag". */
  Map<String, Long> kinds() {
    Map<String, Long> counts = new TreeMap<>();
    kinds.forEach((kind, count) -> counts.put(kind, count.sum()));
    return counts;
  }

  /** The purges that were seen unconfirmed. */
  Set<String> unconfirmed() {
    return Set.copyOf(unconfirmed);
  }

  /** The purges that were seen complete with an edge that had not applied them. */
  Set<String> completeWithoutLease() {
    return Set.copyOf(withoutLease);
  }

  // Posting

  private void purge() {
    try {
      List<String> services = List.copyOf(pagesOfServices.keySet());
      for (int number = 0; posting; number++) {
        String service = services.get(random.nextInt(services.size()));
        List<Page> pages = pagesOfServices.getOrDefault(service, List.of());
        Aim aim = aim(pages);
        boolean soft = random.nextInt(4) == 0;
        boolean wait = random.nextBoolean() && waiting.tryAcquire();
        edit(service, pages, aim);
        long floor = origin.now();
        String key = "purge-" + number;
        if (wait) {
          threads.add(
              Thread.ofVirtual()
                  .start(() -> {
                    try {
                      post(key, service, soft, aim, floor, true);
                    } finally {
                      waiting.release();
                    }
                  }));
        } else {
          post(key, service, soft, aim, floor, false);
        }
        Thread.sleep(random.nextInt(pauseMillisMax));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** As people do: what is purged has changed before, mostly. */
  private void edit(String service, List<Page> pages, Aim aim) {
    PostedPurge about = new PostedPurge("", service, false, aim.selectors, 0, 0, 0, 0);
    pages.stream()
        .filter(page -> page.checked() && about.matches(page) && random.nextInt(4) > 0)
        .forEach(origin::edit);
  }

  private Aim aim(List<Page> pages) {
    Page page = pages.get(random.nextInt(pages.size()));
    int lot = random.nextInt(100);
    if (lot < 45) {
      Set<Page> some = new HashSet<>(Set.of(page));
      while (random.nextBoolean()) {
        some.add(pages.get(random.nextInt(pages.size())));
      }
      return new Aim(
          "url",
          some.stream().<Selector>map(one -> new Selector.Url(one.host(), one.path())).toList(),
          "urls",
          some.stream().map(Page::url).toList());
    }
    if (lot < 65) {
      String tag = page.tags().stream().sorted().toList().get(random.nextInt(page.tags().size()));
      return new Aim("tag", List.of(new Selector.Tag(tag)), "tags", List.of(tag));
    }
    if (lot < 80) {
      String prefix = page.path().substring(0, page.path().lastIndexOf('/') + 1);
      return new Aim(
          "prefix",
          List.of(new Selector.Prefix(page.host(), prefix)),
          "prefixes",
          List.of("http://" + page.host() + prefix));
    }
    if (lot < 90) {
      return new Aim(
          "host", List.of(new Selector.Host(page.host())), "hosts", List.of(page.host()));
    }
    return new Aim("everything", List.of(new Selector.Everything()), "everything", true);
  }

  /** Posts until it is accepted: again after a failure, which the key makes one purge of. */
  private void post(String key, String service, boolean soft, Aim aim, long floor, boolean wait) {
    ObjectNode body = JSON.createObjectNode().put("service", service).put("soft", soft);
    body.set(aim.field, JSON.valueToTree(aim.value));
    String[] headers =
        wait
            ? new String[] {"Idempotency-Key", key, "Prefer", "wait=" + WAIT_SECONDS}
            : new String[] {"Idempotency-Key", key};
    long sentNanos = System.nanoTime();
    for (int attempt = 0; attempt < ATTEMPTS_MAX && posting; attempt++) {
      try {
        Answer answer = rest.post("/v1/purges", body.toString(), headers);
        if (answer.status() == 200 || answer.status() == 202) {
          accepted(answer, service, soft, aim, floor, sentNanos);
          return;
        }
        if (answer.status() < 500) {
          refusal = "a purge was answered " + answer.status() + ": " + answer.body();
          return;
        }
        Thread.sleep(POLL_MILLIS);
      } catch (IOException _) {
        history.note("a purge was not answered");
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void accepted(
      Answer answer, String service, boolean soft, Aim aim, long floor, long sentNanos)
      throws IOException {
    long nanos = System.nanoTime();
    JsonNode purge = JSON.readTree(answer.body());
    String id = purge.get("id").asText();
    history.accepted(
        new PostedPurge(
            id, service, soft, aim.selectors, floor, sentNanos, nanos, PostedPurge.NEVER));
    kinds.computeIfAbsent((soft ? "soft " : "hard ") + aim.kind, _ -> new LongAdder()).increment();
    look(purge, nanos);
  }

  // Watching

  private void watch() {
    try {
      while (watching) {
        Set<String> open = new HashSet<>(history.open());
        if (!open.isEmpty()) {
          look(open);
        }
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Set<String> open) throws InterruptedException {
    try {
      Answer list = rest.get("/v1/purges?limit=50");
      long nanos = System.nanoTime();
      if (list.status() == 200) {
        for (JsonNode purge : JSON.readTree(list.body()).get("items")) {
          look(purge, nanos);
          open.remove(purge.get("id").asText());
        }
      }
      // Those that are open for so long that newer ones fill the list.
      for (String id : open) {
        Answer one = rest.get("/v1/purges/" + id);
        if (one.status() == 200) {
          look(JSON.readTree(one.body()), System.nanoTime());
        }
      }
    } catch (IOException _) {
      history.note("the list of purges was not answered");
    }
  }

  /** Notes what a purge is; {@code nanos} is when that had come. */
  private void look(JsonNode purge, long nanos) {
    String id = purge.get("id").asText();
    switch (purge.get("state").asText()) {
      case "complete" -> {
        history.completed(id, nanos);
        for (JsonNode node : purge.get("nodes")) {
          if (node.get("state").asText().equals("lease-expired")) {
            withoutLease.add(id);
          }
        }
      }
      case "unconfirmed" -> unconfirmed.add(id);
      case "pending" -> {}
      default -> refusal = "a purge is in no known state: " + purge;
    }
  }
}
