package io.nearcast.loadtest.cdn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Starts parts, and says which one keeps everybody waiting. For one thread. */
final class Startup {
  /** How long a part may take before anybody is told. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Consumer<String> late;

  Startup(Consumer<String> late) {
    this.late = late;
  }

  /** Starts one part. */
  <T> T run(String name, Callable<T> start) throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return await(name, threads.submit(start));
    }
  }

  /**
   * Starts parts side by side.
   *
   * @throws RuntimeException the first failure, once each part has started or failed
   */
  void runAll(Map<String, Callable<?>> starts) throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Future<?>> started = new LinkedHashMap<>();
      starts.forEach((name, start) -> started.put(name, threads.submit(start)));
      List<RuntimeException> failures = new ArrayList<>();
      for (Map.Entry<String, Future<?>> part : started.entrySet()) {
        try {
          await(part.getKey(), part.getValue());
        } catch (RuntimeException e) {
          failures.add(e);
        }
      }
      if (!failures.isEmpty()) {
        throw failures.getFirst();
      }
    }
  }

  private <T> T await(String name, Future<T> part) throws InterruptedException {
    try {
      try {
        return part.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        late.accept(name);
        return part.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(name + " did not start", e.getCause());
    }
  }
}
