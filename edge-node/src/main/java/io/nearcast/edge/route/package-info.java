/** Which service a host belongs to. Start with {@link io.nearcast.edge.route.Routes}. */
@NullMarked
package io.nearcast.edge.route;

import org.jspecify.annotations.NullMarked;
