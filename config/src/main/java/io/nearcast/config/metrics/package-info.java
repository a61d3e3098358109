/** What a role counts, for Prometheus. Start with {@link io.nearcast.config.metrics.Metrics}. */
@NullMarked
package io.nearcast.config.metrics;

import org.jspecify.annotations.NullMarked;
