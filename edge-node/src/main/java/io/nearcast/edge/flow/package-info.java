/**
 * The life of a request. Start with {@link io.nearcast.edge.flow.Exchange}, which faces the client,
 * then {@link io.nearcast.edge.flow.Fill}, which faces the upstream; they meet only at a stored or
 * growing response.
 */
@NullMarked
package io.nearcast.edge.flow;

import org.jspecify.annotations.NullMarked;
