/**
 * The other ends of a node in tests: a client and an origin that say byte by byte what a test
 * wants. Start with {@link io.nearcast.edge.testing.ScriptedOrigin}.
 */
@NullMarked
package io.nearcast.edge.testing;

import org.jspecify.annotations.NullMarked;
