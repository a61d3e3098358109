/**
 * Which names exist: the domains of the services, and a name for each node below each of them.
 * Start with {@link io.nearcast.router.zone.Zones}.
 */
@NullMarked
package io.nearcast.router.zone;

import org.jspecify.annotations.NullMarked;
