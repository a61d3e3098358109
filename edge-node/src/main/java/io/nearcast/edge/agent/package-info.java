/**
 * Follows the feed for a caching node: services, purges, and where the shields are. Start with
 * {@link io.nearcast.edge.agent.Agent}.
 */
@NullMarked
package io.nearcast.edge.agent;

import org.jspecify.annotations.NullMarked;
