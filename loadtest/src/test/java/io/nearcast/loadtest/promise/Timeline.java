package io.nearcast.loadtest.promise;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * Time, chance and the network: events in order, the same for the same seed. One tick is one event,
 * so that of two things that happened it is always known which was first.
 */
final class Timeline {
  private record Event(long millis, long serial, Runnable action) {}

  final Random random;
  private final PriorityQueue<Event> queue =
      new PriorityQueue<>((a, b) ->
          a.millis() == b.millis()
              ? Long.compare(a.serial(), b.serial())
              : Long.compare(a.millis(), b.millis()));
  private final Set<String> cuts = new HashSet<>();
  private final Map<String, Integer> slow = new HashMap<>();
  private long millis = 1_000;
  private long serial;
  private long tick;

  /** The most that a message takes, in ms. */
  int delayMax = 20;

  /** The most that a write to disk takes, in ms. */
  int diskMax = 30;

  /** The most that passes between a shield's look-up and its reply, in ms. */
  int lookUpMax = 3;

  /** Of a hundred messages so many are lost, and as many come twice. */
  int lossPercent;

  Timeline(long seed) {
    random = new Random(seed);
  }

  long millis() {
    return millis;
  }

  /** Counts events; also what happens within one event has an order. */
  long tick() {
    return ++tick;
  }

  void after(long delayMillis, Runnable action) {
    queue.add(new Event(millis + delayMillis, serial++, action));
  }

  /** Runs all that happens up to a time. */
  void runUntil(long untilMillis) {
    while (!queue.isEmpty() && queue.peek().millis() <= untilMillis) {
      Event event = queue.remove();
      millis = event.millis();
      event.action().run();
    }
    millis = untilMillis;
  }

  /** Sends a message, which the network may lose, delay, overtake or bring twice. */
  void send(String from, String to, Runnable arrival) {
    if (isCut(from, to) || random.nextInt(100) < lossPercent) {
      return;
    }
    deliver(from, to, arrival);
    if (random.nextInt(100) < lossPercent) {
      deliver(from, to, arrival);
    }
  }

  /** How long something takes on a way that begins now, in ms. */
  long delay(String from, String to) {
    return slow.getOrDefault(from + '>' + to, 0) + 1L + random.nextInt(delayMax);
  }

  private void deliver(String from, String to, Runnable arrival) {
    after(
        delay(from, to),
        () -> {
          if (!isCut(from, to)) {
            arrival.run();
          }
        });
  }

  /** From now on messages on a way take so much longer, in ms. */
  void slow(String from, String to, int moreMillis) {
    slow.put(from + '>' + to, moreMillis);
  }

  void cut(String a, String b) {
    cutOneWay(a, b);
    cutOneWay(b, a);
  }

  void cutOneWay(String from, String to) {
    cuts.add(from + '>' + to);
  }

  void heal(String a, String b) {
    cuts.remove(a + '>' + b);
    cuts.remove(b + '>' + a);
  }

  void healAll() {
    cuts.clear();
  }

  boolean isCut(String from, String to) {
    return cuts.contains(from + '>' + to);
  }
}
