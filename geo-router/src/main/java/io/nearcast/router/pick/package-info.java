/**
 * Which edges a client is sent to: a pure function of its location, the PoPs and the edges' health.
 * Start with {@link io.nearcast.router.pick.Picker}.
 */
@NullMarked
package io.nearcast.router.pick;

import org.jspecify.annotations.NullMarked;
