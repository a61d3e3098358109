/**
 * Where the control plane keeps what it must not lose: one ordered log and the documents beside it.
 * Start with {@link io.nearcast.control.store.Store}.
 */
@NullMarked
package io.nearcast.control.store;

import org.jspecify.annotations.NullMarked;
