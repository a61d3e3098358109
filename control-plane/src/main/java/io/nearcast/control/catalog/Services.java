package io.nearcast.control.catalog;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedState.ActiveService;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.Service;
import io.nearcast.control.ledger.Draft;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The services. Each change makes a new version, which is kept for ever; at most one version of a
 * service is active. The versions of a deleted service stay, so that one of them can be activated
 * again, and their numbers are not used twice.
 *
 * <p>Thread-safe: all changes are decisions of the ledger.
 */
public final class Services {
  /** The most services that can be active at once. */
  public static final int SERVICES_MAX = 10_000;

  private final Ledger ledger;

  /** How many versions a service has had. */
  private record Numbering(int latest) {}

  /**
   * What has become of a change.
   *
   * @param created whether the service was not active before
   * @param version the version that the document has
   * @param service the document as it is kept
   */
  public record Outcome(boolean created, int version, Service service) {}

  public Services(Ledger ledger) {
    this.ledger = ledger;
  }

  /** The active version of a service. */
  public ActiveService active(String name) {
    ActiveService active = ledger.state().services().get(name);
    if (active == null) {
      throw Refusal.absent("service", name);
    }
    return active;
  }

  /** The number of the active version of a service, 0 for none. */
  public int activeVersion(String name) {
    ActiveService active = ledger.state().services().get(name);
    return active == null ? 0 : active.version();
  }

  /** The active versions of all services, by name. */
  public NavigableMap<String, ActiveService> active() {
    return new TreeMap<>(ledger.state().services());
  }

  /**
   * Makes a version and activates it, unless the active one is the same.
   *
   * @param author the id of the token
   */
  public Outcome put(Service service, Precondition precondition, String author) {
    return ledger.write(draft -> {
      ActiveService active = draft.feed().services().get(service.name());
      precondition.check(active == null ? null : active.service());
      return activateNew(draft, active, service, author);
    });
  }

  /** Makes a version without activating it, unless the latest one is the same. */
  public Outcome draft(Service service, Precondition precondition, String author) {
    return ledger.write(draft -> {
      ActiveService active = draft.feed().services().get(service.name());
      precondition.check(active == null ? null : active.service());
      checkDomains(draft, service);
      int latest = latest(draft, service.name());
      StoredVersion newest = draft.read(StoredVersion.class, key(service.name(), latest));
      if (newest != null && newest.service().equals(service)) {
        return new Outcome(false, latest, service);
      }
      return new Outcome(true, store(draft, service, author), service);
    });
  }

  /**
   * Changes a part of the active version and activates the outcome.
   *
   * @param change may throw a refusal
   */
  public Outcome change(String name, UnaryOperator<Service> change, String author) {
    return ledger.write(draft -> {
      ActiveService active = draft.feed().services().get(name);
      if (active == null) {
        throw Refusal.absent("service", name);
      }
      return activateNew(draft, active, change.apply(active.service()), author);
    });
  }

  private static Outcome activateNew(
      Draft draft, @Nullable ActiveService active, Service service, String author) {
    if (active != null && active.service().equals(service)) {
      return new Outcome(false, active.version(), service);
    }
    checkDomains(draft, service);
    checkCount(draft, active);
    int version = store(draft, service, author);
    CutOff.append(draft, service.name(), new Change.ServiceActivated(version, service));
    return new Outcome(active == null, version, service);
  }

  /** Activates a version that is there, unless it is active already. */
  public Outcome activate(String name, int version, Precondition precondition) {
    return ledger.write(draft -> {
      StoredVersion stored = draft.read(StoredVersion.class, key(name, version));
      if (stored == null) {
        throw Refusal.absent("version " + version + " of service", name);
      }
      ActiveService active = draft.feed().services().get(name);
      precondition.check(active == null ? null : active.service());
      if (active == null || active.version() != version) {
        checkDomains(draft, stored.service());
        checkCount(draft, active);
        CutOff.append(draft, name, new Change.ServiceActivated(version, stored.service()));
      }
      return new Outcome(active == null, version, stored.service());
    });
  }

  /** Ends the serving of a service; its versions stay. */
  public void delete(String name, Precondition precondition) {
    ledger.write(draft -> {
      ActiveService active = draft.feed().services().get(name);
      if (active == null) {
        throw Refusal.absent("service", name);
      }
      precondition.check(active.service());
      return CutOff.append(draft, name, new Change.ServiceRemoved(name));
    });
  }

  /** A version of a service. */
  public StoredVersion version(String name, int version) {
    byte[] value = ledger.store().read(key(name, version));
    if (value == null) {
      throw Refusal.absent("version " + version + " of service", name);
    }
    return Documents.readJson(StoredVersion.class, value);
  }

  /**
   * Versions of a service, newest first.
   *
   * @param below only those with a lower number, or null for all
   * @param limit the most to return
   */
  public List<StoredVersion> versions(String name, @Nullable Integer below, int limit) {
    List<StoredVersion> versions = new ArrayList<>();
    for (Document document :
        ledger
            .store()
            .list(
                prefix(name),
                below == null ? null : key(name, below),
                limit,
                Store.Order.DESCENDING)) {
      versions.add(
          Documents.readJson(StoredVersion.class, Objects.requireNonNull(document.value())));
    }
    if (versions.isEmpty() && below == null) {
      throw Refusal.absent("service", name);
    }
    return versions;
  }

  /** Refuses a service whose domains belong to another one that is active. */
  public void check(Service service) {
    checkDomains(ledger.state().services(), service);
  }

  private static void checkDomains(Draft draft, Service service) {
    checkDomains(draft.feed().services(), service);
  }

  private static void checkDomains(Map<String, ActiveService> others, Service service) {
    List<Refusal.Field> taken = new ArrayList<>();
    for (ActiveService other : others.values()) {
      if (!other.service().name().equals(service.name())) {
        for (String domain : other.service().domains()) {
          int index = service.domains().indexOf(domain);
          if (index >= 0) {
            taken.add(
                new Refusal.Field(
                    "/domains/" + index,
                    domain
                        + " belongs to the service "
                        + other.service().name()
                        + ": take it out of there first"));
          }
        }
      }
    }
    if (!taken.isEmpty()) {
      throw new Refusal(Reason.INVALID, "a domain can belong to one service only", taken);
    }
  }

  private static void checkCount(Draft draft, @Nullable ActiveService active) {
    if (active == null && draft.feed().services().size() >= SERVICES_MAX) {
      throw new Refusal(
          Reason.CONFLICT, "there are " + SERVICES_MAX + " services: delete one first");
    }
  }

  private static int store(Draft draft, Service service, String author) {
    int version = latest(draft, service.name()) + 1;
    draft.put("services/" + service.name(), new Numbering(version));
    draft.put(
        key(service.name(), version), new StoredVersion(version, draft.now(), author, service));
    return version;
  }

  private static int latest(Draft draft, String name) {
    Numbering numbering = draft.read(Numbering.class, "services/" + name);
    return numbering == null ? 0 : numbering.latest();
  }

  private static String prefix(String name) {
    return "versions/" + name + "/";
  }

  private static String key(String name, int version) {
    return prefix(name) + String.format("%010d", version);
  }
}
