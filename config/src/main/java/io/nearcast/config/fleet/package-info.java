/** Which nodes there are and how they are. Start with {@link io.nearcast.config.fleet.Fleet}. */
@NullMarked
package io.nearcast.config.fleet;

import org.jspecify.annotations.NullMarked;
