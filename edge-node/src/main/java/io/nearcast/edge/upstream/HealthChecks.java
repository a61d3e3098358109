package io.nearcast.edge.upstream;

import io.nearcast.config.model.HealthCheck;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Service;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The active checks of the origins whose services ask for them, started and stopped as services
 * come, change and go. Guarded by itself.
 */
final class HealthChecks implements AutoCloseable {
  private final BiFunction<Origin, HealthCheck, HealthProbe> starter;
  private final Map<Target, Running> running = new HashMap<>();

  private record Running(HealthCheck check, HealthProbe probe) {}

  /**
   * @param starter starts the checks of an origin
   */
  HealthChecks(BiFunction<Origin, HealthCheck, HealthProbe> starter) {
    this.starter = starter;
  }

  /** Checks what these services ask for, and nothing else. */
  synchronized void follow(Collection<Service> services) {
    Map<Target, Running> before = new HashMap<>(running);
    running.clear();
    for (Service service : services) {
      for (Origin origin : service.origins()) {
        HealthCheck check = origin.healthCheck();
        Target target = Target.of(origin);
        if (check == null || running.containsKey(target)) {
          continue;
        }
        Running same = before.get(target);
        if (same != null && same.check().equals(check)) {
          before.remove(target);
          running.put(target, same);
        } else {
          running.put(target, new Running(check, starter.apply(origin, check)));
        }
      }
    }
    before.values().forEach(stopped -> stopped.probe().stop());
  }

  @Override
  public synchronized void close() {
    running.values().forEach(stopped -> stopped.probe().stop());
    running.clear();
  }
}
