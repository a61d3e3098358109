package io.nearcast.edge.coding;

import io.nearcast.config.model.Coding;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What is counted of coded forms. For any thread; what is counted per request is resolved once. */
final class CodingMetrics {

  /** What became of a form that was wanted. */
  enum Result {
    /** It is there. */
    MADE,
    /** It would have saved too little. */
    NOT_WORTH_IT,
    /** The queue was full; a later request asks again. */
    DROPPED,
    /** The response had gone before its turn came, or the node had ended. */
    GONE,
    /** The memory's bound was reached. */
    NO_SPACE,
    /** The library failed. */
    FAILED;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private final Counter forms;
  private final Gauge waiting;
  private final Map<Coding, Counter.Child> sent = new EnumMap<>(Coding.class);
  private final Map<Coding, Counter.Child> saved = new EnumMap<>(Coding.class);

  CodingMetrics(CollectorRegistry registry) {
    forms =
        Counter.build("nearcast_coded_forms_total", "Coded forms wanted, by what became of them.")
            .labelNames("coding", "result")
            .register(registry);
    waiting =
        Gauge.build("nearcast_coded_forms_waiting", "Coded forms that wait for their turn.")
            .register(registry);
    Counter responses =
        Counter.build("nearcast_coded_responses_total", "Responses sent in a coded form.")
            .labelNames("coding")
            .register(registry);
    Counter bytes =
        Counter.build("nearcast_coded_saved_bytes_total", "Body bytes saved by coded forms.")
            .labelNames("coding")
            .register(registry);
    for (Coding coding : Coding.ALL) {
      sent.put(coding, responses.labels(coding.token()));
      saved.put(coding, bytes.labels(coding.token()));
    }
  }

  void ended(Coding coding, Result result) {
    forms.labels(coding.token(), result.label).inc();
  }

  void waiting(int count) {
    waiting.set(count);
  }

  void sent(Coding coding, long savedBytes) {
    Objects.requireNonNull(sent.get(coding)).inc();
    Objects.requireNonNull(saved.get(coding)).inc((double) savedBytes);
  }
}
