/**
 * What is kept of upstream responses, and where. Start with {@link io.nearcast.edge.store.Store}.
 */
@NullMarked
package io.nearcast.edge.store;

import org.jspecify.annotations.NullMarked;
