/**
 * The memory tier: responses by key and variant, bounded in bytes, under Caffeine's policy. Start
 * with {@link io.nearcast.edge.store.memory.MemoryStore}.
 */
@NullMarked
package io.nearcast.edge.store.memory;

import org.jspecify.annotations.NullMarked;
