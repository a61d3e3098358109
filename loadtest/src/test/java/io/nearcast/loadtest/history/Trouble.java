package io.nearcast.loadtest.history;

import io.nearcast.loadtest.history.Link.Weather;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Kills processes and changes the weather of links: first in ways that chance might leave out, then
 * at random.
 */
final class Trouble {
  /** More than a lease, so that the edge is without one for some seconds. */
  private static final int CUT_OFF_MILLIS = 9_000;

  private static final int DOWN_AT_ONCE_MAX = 2;
  private static final List<Weather> BAD =
      List.of(Weather.SLOW, Weather.HELD, Weather.LOST, Weather.CUT);

  private final Fleet fleet;
  private final History history;
  private final Random random;
  private final int pauseMillisMax;
  private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
  private final Set<String> busy = new HashSet<>(); // guarded by itself
  private final Map<String, LongAdder> kills = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> suspensions = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> weathers = new ConcurrentHashMap<>();
  private final CountDownLatch planned = new CountDownLatch(1);
  private volatile @Nullable Throwable failure;
  private volatile boolean over;

  Trouble(Fleet fleet, History history, Random random, int pauseMillisMax) {
    this.fleet = fleet;
    this.history = history;
    this.random = random;
    this.pauseMillisMax = pauseMillisMax;
  }

  void start() {
    threads.add(Thread.ofVirtual().name("trouble").start(this::make));
  }

  /** Waits until the faults have begun that must not be left out. */
  void awaitPlanned() throws InterruptedException {
    planned.await();
  }

  /**
   * Makes no more, and waits until all links are clear and all processes run again.
   *
   * @throws AssertionError if a process did not come back
   */
  void stop() throws InterruptedException {
    over = true;
    for (Thread thread : List.copyOf(threads)) {
      thread.join();
    }
    if (failure != null) {
      throw new AssertionError("a process did not come back", failure);
    }
  }

  /** How often each role was killed. */
  Map<String, Long> kills() {
    return counts(kills);
  }

  /** How often each role stood still. */
  Map<String, Long> suspensions() {
    return counts(suspensions);
  }

  /** How often there was which weather. */
  Map<String, Long> weathers() {
    return counts(weathers);
  }

  private static Map<String, Long> counts(Map<String, LongAdder> adders) {
    Map<String, Long> counts = new TreeMap<>();
    adders.forEach((name, count) -> counts.put(name, count.sum()));
    return counts;
  }

  private void make() {
    try {
      makeWhatMustBe();
      planned.countDown();
      while (!over) {
        Thread.sleep(random.nextInt(pauseMillisMax));
        makeAny();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void makeWhatMustBe() throws InterruptedException {
    Thread.sleep(1_500);
    // An edge is cut off for longer than a lease, while the shields and its origin are there.
    change(Fleet.toControlPlane("iad-1"), Weather.LOST, CUT_OFF_MILLIS);
    Thread.sleep(2_500);
    surely(() -> kill("shield-1", 1_000));
    // What a shield hears of the feed is late: it is behind the edges, and knows of no purge.
    change(Fleet.toControlPlane("shield-2"), Weather.HELD, 4_000);
    Thread.sleep(4_000);
    surely(() -> kill("fra-1", 500));
    Thread.sleep(3_000);
    surely(() -> kill(Fleet.CONTROL_PLANE, 1_000));
    // One that stands still, without a lease when it goes on.
    surely(() -> suspend("sin-1", CUT_OFF_MILLIS));
  }

  /** Tries until it can be done: on a slow machine processes take their time to come back. */
  private void surely(BooleanSupplier step) throws InterruptedException {
    while (!step.getAsBoolean() && !over) {
      Thread.sleep(50);
    }
  }

  private void makeAny() {
    int lot = random.nextInt(8);
    if (lot < 3) {
      kill(anyProcess(), random.nextInt(3_000));
    } else if (lot < 4) {
      suspend(anyProcess(), random.nextInt(200, CUT_OFF_MILLIS));
    } else {
      List<Link> links = fleet.links();
      Weather weather = BAD.get(random.nextInt(BAD.size()));
      boolean longer = random.nextInt(4) == 0;
      change(
          links.get(random.nextInt(links.size())).name(),
          weather,
          random.nextInt(200, longer ? CUT_OFF_MILLIS : 2_000));
    }
  }

  private String anyProcess() {
    int lot = random.nextInt(100);
    return lot < 50
        ? Fleet.EDGES.get(random.nextInt(Fleet.EDGES.size()))
        : lot < 75 ? Fleet.SHIELDS.get(random.nextInt(Fleet.SHIELDS.size())) : Fleet.CONTROL_PLANE;
  }

  /** Whether it could be begun. */
  private boolean kill(String process, int downMillis) {
    if (!begin(process)) {
      return false;
    }
    boolean disk = process.equals(Fleet.CONTROL_PLANE) || random.nextInt(4) > 0;
    count(kills, role(process));
    later(
        process,
        () -> {
          history.note("kill -9 " + process + (disk ? "" : ", and its disk is lost"));
          fleet.kill(process);
          if (!disk) {
            fleet.loseDisk(process);
          }
          pause(downMillis);
          fleet.restart(process);
          history.note(process + " is ready again");
        });
    return true;
  }

  /** Whether it could be begun. */
  private boolean suspend(String process, int millis) {
    if (!begin(process)) {
      return false;
    }
    count(suspensions, role(process));
    later(
        process,
        () -> {
          history.note(process + " stands still");
          fleet.suspend(process, true);
          try {
            pause(millis);
          } finally {
            fleet.suspend(process, false);
            history.note(process + " goes on");
          }
        });
    return true;
  }

  /** Whether something may be done to a process now: not to one, or to many, in trouble already. */
  private boolean begin(String process) {
    synchronized (busy) {
      long others =
          busy.stream()
              .filter(name -> name.equals(Fleet.CONTROL_PLANE) || Fleet.nodes().contains(name))
              .count();
      return others < DOWN_AT_ONCE_MAX && busy.add(process);
    }
  }

  private static String role(String process) {
    return Fleet.EDGES.contains(process) ? "edge" : process.replaceAll("-[0-9]$", "");
  }

  private static void count(Map<String, LongAdder> counts, String name) {
    counts.computeIfAbsent(name, _ -> new LongAdder()).increment();
  }

  private void change(String link, Weather weather, int millis) {
    synchronized (busy) {
      if (!busy.add(link)) {
        return;
      }
    }
    count(weathers, weather.name().toLowerCase(Locale.ROOT));
    later(
        link,
        () -> {
          history.note(link + ": " + weather);
          fleet.link(link).weather(weather);
          pause(millis);
          fleet.link(link).weather(Weather.CLEAR);
          history.note(link + ": clear again");
        });
  }

  /** What takes its time, on a thread of its own. */
  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private void later(String name, Step step) {
    threads.add(
        Thread.ofVirtual()
            .name(name)
            .start(() -> {
              try {
                step.run();
              } catch (IOException | RuntimeException e) {
                failure = e;
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              } finally {
                synchronized (busy) {
                  busy.remove(name);
                }
              }
            }));
  }

  /** Waits, at the end of the run no longer. */
  private void pause(int millis) throws InterruptedException {
    long until = System.nanoTime() + millis * 1_000_000L;
    while (!over && System.nanoTime() - until < 0) {
      Thread.sleep(50);
    }
  }
}
