/**
 * A whole CDN on loopback addresses: in one process for speed, or as separate processes for
 * failures. Start with {@link io.nearcast.loadtest.cdn.CdnPlan}.
 */
@NullMarked
package io.nearcast.loadtest.cdn;

import org.jspecify.annotations.NullMarked;
