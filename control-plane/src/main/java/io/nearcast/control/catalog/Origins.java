package io.nearcast.control.catalog;

import io.nearcast.config.model.InvalidField;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Service;
import io.nearcast.control.problem.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The origins of services: each change makes a new active version of the service. Thread-safe. */
public final class Origins {
  private final Services services;

  public Origins(Services services) {
    this.services = services;
  }

  /** An origin of the active version of a service. */
  public Origin get(String service, String name) {
    return require(services.active(service).service(), name);
  }

  /**
   * Adds an origin or replaces the one with its name.
   *
   * @return whether it is new
   */
  public boolean put(String service, Origin origin, Precondition precondition, String author) {
    AtomicBoolean created = new AtomicBoolean();
    services.change(
        service,
        before -> {
          Origin old = find(before, origin.name());
          precondition.check(old);
          created.set(old == null);
          List<Origin> origins = new ArrayList<>(before.origins());
          if (old == null) {
            origins.add(origin);
          } else {
            origins.set(origins.indexOf(old), origin);
          }
          return with(before, origins);
        },
        author);
    return created.get();
  }

  /** Takes an origin out; the last one that is no backup cannot be. */
  public void delete(String service, String name, Precondition precondition, String author) {
    services.change(
        service,
        before -> {
          Origin old = require(before, name);
          precondition.check(old);
          List<Origin> origins = new ArrayList<>(before.origins());
          origins.remove(old);
          return with(before, origins);
        },
        author);
  }

  private static Origin require(Service service, String name) {
    Origin origin = find(service, name);
    if (origin == null) {
      throw Refusal.absent("origin", name);
    }
    return origin;
  }

  private static @Nullable Origin find(Service service, String name) {
    return service.origins().stream()
        .filter(origin -> origin.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static Service with(Service service, List<Origin> origins) {
    try {
      return new Service(
          service.name(),
          service.domains(),
          origins,
          service.cache(),
          service.purge(),
          service.rules(),
          service.upgrades());
    } catch (InvalidField e) {
      throw Refusal.invalid(e.pointer(), e.detail());
    }
  }
}
