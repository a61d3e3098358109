/**
 * Where a client is: the operator's CIDR map, then MaxMind-format databases. Start with {@link
 * io.nearcast.router.geo.Locator}.
 */
@NullMarked
package io.nearcast.router.geo;

import org.jspecify.annotations.NullMarked;
