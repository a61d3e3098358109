/**
 * Which nodes are members and how they are. Start with {@link io.nearcast.control.fleet.Members}.
 */
@NullMarked
package io.nearcast.control.fleet;

import org.jspecify.annotations.NullMarked;
