package io.nearcast.control.purge;

import io.nearcast.config.json.Documents;
import io.nearcast.control.catalog.CutOff;
import io.nearcast.control.fleet.Survey;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.store.Document;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The services whose purges do not wait for edges without a lease. Thread-safe. */
final class CutOffServices {
  private static final Logger LOG = LoggerFactory.getLogger(CutOffServices.class);

  private final Ledger ledger;
  private final ConcurrentMap<String, CutOff> services = new ConcurrentHashMap<>();

  private CutOffServices(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Reads them and follows the ledger from then on. */
  static CutOffServices open(Ledger ledger) {
    CutOffServices all = new CutOffServices(ledger);
    ledger.listen(all::committed);
    ledger.each(CutOff.PREFIX, all::apply);
    return all;
  }

  private void committed(Committed committed) {
    for (Document document : committed.documents()) {
      if (document.key().startsWith(CutOff.PREFIX)) {
        apply(document);
      }
    }
  }

  private void apply(Document document) {
    String service = document.key().substring(CutOff.PREFIX.length());
    byte[] value = document.value();
    if (value == null) {
      services.remove(service);
    } else {
      services.put(service, Documents.readJson(CutOff.class, value));
    }
  }

  /**
   * Since when a service is {@code revalidate} for all who have applied as much, or null where
   * purges wait for every edge.
   */
  @Nullable Long since(String service) {
    CutOff cutOff = services.get(service);
    return cutOff == null ? null : cutOff.countsSince();
  }

  /** The same of all services of this moment that are {@code revalidate}. */
  Map<String, Long> sinces() {
    Map<String, Long> sinces = new HashMap<>();
    services.forEach((service, cutOff) -> sinces.put(service, cutOff.countsSince()));
    return sinces;
  }

  /** Whether there is a service of which some edge may not know yet. */
  boolean anyUnknown() {
    return services.values().stream().anyMatch(cutOff -> !cutOff.known());
  }

  /**
   * Notes of which services every edge knows, so that it is known after a restart.
   *
   * @param head the last sequence of the log as it was read before the survey: of entries beyond it
   *     the survey says nothing, also where it has no edges
   */
  void note(Survey survey, long head) {
    long applied = Math.min(head, Completion.passed(survey, null));
    services.forEach((service, cutOff) -> {
      if (!cutOff.known() && cutOff.since() <= applied) {
        try {
          ledger.write(draft -> {
            cutOff.noteKnown(draft, service);
            return service;
          });
        } catch (Refusal e) {
          LOG.debug("is noted at the next look: {}", e.detail());
        }
      }
    });
  }
}
