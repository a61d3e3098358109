/**
 * The promise of purges, simulated: control plane, shields and edges in one thread, by a seeded
 * random, with the classes of the product where they decide. Start with {@link
 * io.nearcast.loadtest.promise.World}.
 */
@NullMarked
package io.nearcast.loadtest.promise;

import org.jspecify.annotations.NullMarked;
