package io.nearcast.loadtest.load;

import io.nearcast.loadtest.load.LoadOrigin.OriginCount;
import io.nearcast.loadtest.load.LoadResult.Second;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A load run: connections that ask an edge for objects of known content, and counts of what came
 * back.
 *
 * <p>A run goes: open the connections, warm up, count for the plan's duration second by second, let
 * what is under way end, close. The calling thread only collects; the plan's threads do the work.
 */
public final class LoadRun {
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration DRAIN_MAX = Duration.ofSeconds(2);
  private static final int ANSWER_SECONDS_MAX = 30;

  private final LoadPlan plan;
  private final Target target;
  private final @Nullable LoadOrigin origin;
  private final Catalogue catalogue;
  private final List<EventLoop> loops = new ArrayList<>();
  private final List<Driver> drivers = new ArrayList<>();

  private LoadRun(LoadPlan plan, Target target, @Nullable LoadOrigin origin) {
    this.plan = plan;
    this.target = target;
    this.origin = origin;
    this.catalogue = new Catalogue(plan);
  }

  /**
   * Runs a plan to its end.
   *
   * @param target the edge, which must reach the origin with the objects
   * @param origin that origin, where it is in this process, else null; it stays open
   * @param progress called on this thread after each second
   * @throws InterruptedException if the thread is interrupted; nothing is left running
   */
  public static LoadResult run(
      LoadPlan plan, Target target, @Nullable LoadOrigin origin, Consumer<Second> progress)
      throws InterruptedException {
    LoadRun run = new LoadRun(plan, target, origin);
    try (EventLoops threads = EventLoops.start("load", plan.threads())) {
      run.prepare(threads);
      return run.run(progress);
    }
  }

  private void prepare(EventLoops threads) {
    SplittableRandom random = new SplittableRandom(plan.seed() + 1);
    for (int i = 0; i < plan.threads(); i++) {
      EventLoop loop = threads.group().next();
      int connections =
          plan.connections() / plan.threads() + (i < plan.connections() % plan.threads() ? 1 : 0);
      double rate = (double) plan.ratePerSecond() / plan.threads();
      loops.add(loop);
      drivers.add(new Driver(loop, catalogue, target, random.split(), connections, rate));
    }
  }

  private LoadResult run(Consumer<Second> progress) throws InterruptedException {
    Instant startedAt = Instant.now();
    List<Second> seconds = new ArrayList<>();
    long beginNanos = System.nanoTime();
    onEach(driver -> {
      driver.start();
      return 0L;
    });
    collect(beginNanos, plan.warmUp(), true, seconds, progress);
    OriginCount before = originCount();
    long countedFromNanos = System.nanoTime();
    collect(countedFromNanos, plan.duration(), false, seconds, progress);
    OriginCount after = originCount();
    long totalNanos = System.nanoTime() - countedFromNanos;
    long unsent = onEach(Driver::stop);
    Tally total = new Tally();
    seconds.stream().filter(second -> !second.warmUp()).forEach(s -> total.add(s.tally()));
    total.add(drain());
    return new LoadResult(
        plan,
        target,
        startedAt,
        catalogue.totalBytes(),
        seconds,
        total,
        totalNanos,
        unsent,
        before == null || after == null ? null : after.since(before));
  }

  /** Adds one second after the other, as many as the duration has. */
  private void collect(
      long fromNanos,
      Duration duration,
      boolean warmUp,
      List<Second> seconds,
      Consumer<Second> progress)
      throws InterruptedException {
    long lastNanos = fromNanos;
    for (long done = 1; done <= duration.toSeconds(); done++) {
      TimeUnit.NANOSECONDS.sleep(fromNanos + done * SECOND_NANOS - System.nanoTime());
      Tally tally = take();
      long now = System.nanoTime();
      Second second = new Second(seconds.size() + 1, warmUp, now - lastNanos, tally);
      lastNanos = now;
      seconds.add(second);
      progress.accept(second);
    }
  }

  /** Waits a little for answers under way, and returns the counts of those that came. */
  private Tally drain() throws InterruptedException {
    long untilNanos = System.nanoTime() + DRAIN_MAX.toNanos();
    while (onEach(Driver::underWay) > 0 && System.nanoTime() < untilNanos) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return take();
  }

  private Tally take() throws InterruptedException {
    Tally sum = new Tally();
    onEach(driver -> {
      Tally taken = driver.take();
      synchronized (sum) {
        sum.add(taken);
      }
      return 0L;
    });
    return sum;
  }

  private @Nullable OriginCount originCount() {
    return origin == null ? null : origin.count();
  }

  private interface Question {
    long ask(Driver driver);
  }

  /** Asks each driver on its own thread, and sums up the answers. */
  private long onEach(Question question) throws InterruptedException {
    List<io.netty.util.concurrent.Future<Long>> answers = new ArrayList<>();
    for (int i = 0; i < drivers.size(); i++) {
      Driver driver = drivers.get(i);
      Callable<Long> call = () -> question.ask(driver);
      answers.add(loops.get(i).submit(call));
    }
    long sum = 0;
    for (io.netty.util.concurrent.Future<Long> answer : answers) {
      try {
        sum += answer.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a thread of the load failed", e.getCause());
      } catch (TimeoutException e) {
        throw new IllegalStateException("a thread of the load does not answer", e);
      }
    }
    return sum;
  }
}
