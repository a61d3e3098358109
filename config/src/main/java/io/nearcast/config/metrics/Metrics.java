package io.nearcast.config.metrics;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * The metrics of one role: those of the JVM and whatever the role registers. Each role has its own,
 * also where several run in one process. Thread-safe.
 */
public final class Metrics {
  /** The media type of {@link #text()}. */
  public static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_004;

  private final CollectorRegistry registry = new CollectorRegistry();

  /** Begins with the metrics of the JVM. */
  public Metrics() {
    DefaultExports.register(registry);
  }

  /** Where the role registers its own: {@code Counter.build(...).register(metrics.registry())}. */
  public CollectorRegistry registry() {
    return registry;
  }

  /** All metrics as they are now, in Prometheus' text format, for {@code GET /metrics}. */
  public byte[] text() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 * 1024);
    try (Writer writer = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
      TextFormat.write004(writer, registry.metricFamilySamples());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot happen: it is written to memory
    }
    return bytes.toByteArray();
  }
}
