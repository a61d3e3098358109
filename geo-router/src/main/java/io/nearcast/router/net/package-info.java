/**
 * What all servers of the router have in common: event loops, bounds for connections, addresses of
 * nodes. Start with {@link io.nearcast.router.net.Loops}.
 */
@NullMarked
package io.nearcast.router.net;

import org.jspecify.annotations.NullMarked;
