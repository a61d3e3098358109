/**
 * The rules of HTTP caching as pure functions of (request, stored response, policy, now): no
 * clocks, no I/O, only {@code java.*} and the model. Start with {@link
 * io.nearcast.edge.rules.Decide}.
 */
@NullMarked
package io.nearcast.edge.rules;

import org.jspecify.annotations.NullMarked;
