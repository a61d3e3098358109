/**
 * Bytes that nobody meant to send, and what the node makes of them. Start with {@link
 * io.nearcast.edge.fuzz.FuzzTest}.
 */
@NullMarked
package io.nearcast.edge.fuzz;

import org.jspecify.annotations.NullMarked;
