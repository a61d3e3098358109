/**
 * What all servers of the router have in common: event loops, and bounds for connections. Start
 * with {@link io.nearcast.router.net.Loops}.
 */
@NullMarked
package io.nearcast.router.net;

import org.jspecify.annotations.NullMarked;
