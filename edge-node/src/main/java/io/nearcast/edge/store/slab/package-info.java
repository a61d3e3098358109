/**
 * Memory for the bodies of responses, outside the heap, with a hard bound. Start with {@link
 * io.nearcast.edge.store.slab.SlabBody}.
 */
@NullMarked
package io.nearcast.edge.store.slab;

import org.jspecify.annotations.NullMarked;
