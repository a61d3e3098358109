/**
 * A model of what a correct shared cache may do, written from the RFCs and docs/caching.md alone,
 * and the random histories that it judges. Knows nothing of the product. Start with {@link
 * io.nearcast.edge.model.Oracle}.
 */
@NullMarked
package io.nearcast.edge.model;

import org.jspecify.annotations.NullMarked;
