/**
 * A node's own endpoint for people and probes. Start with {@link
 * io.nearcast.edge.admin.AdminServer}.
 */
@NullMarked
package io.nearcast.edge.admin;

import org.jspecify.annotations.NullMarked;
