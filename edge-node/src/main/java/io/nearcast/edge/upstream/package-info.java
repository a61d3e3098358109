/**
 * The HTTP/1.1 client side of the cache: whom to ask, over which connection, and what came back.
 * Start with {@link io.nearcast.edge.upstream.Upstreams}.
 */
@NullMarked
package io.nearcast.edge.upstream;

import org.jspecify.annotations.NullMarked;
