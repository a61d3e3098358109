/** Renders the Helm chart and holds it against the contracts. Start with {@code ChartTest}. */
@NullMarked
package io.nearcast.loadtest.helm;

import org.jspecify.annotations.NullMarked;
