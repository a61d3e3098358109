/**
 * The client's side of the wire: connections, request heads, bodies, response heads. Start with
 * {@link io.nearcast.edge.http.ServerConnection}.
 */
@NullMarked
package io.nearcast.edge.http;

import org.jspecify.annotations.NullMarked;
