/**
 * The promise between an edge and its control plane that lets a purge be complete though an edge is
 * cut off. Start with {@link io.nearcast.config.lease.NodeLease}.
 */
@NullMarked
package io.nearcast.config.lease;

import org.jspecify.annotations.NullMarked;
