/**
 * The memory tier: response bodies outside the heap, bounded in bytes, under Caffeine's policy.
 * Start with {@link io.nearcast.edge.store.memory.Slabs}.
 */
@NullMarked
package io.nearcast.edge.store.memory;

import org.jspecify.annotations.NullMarked;
