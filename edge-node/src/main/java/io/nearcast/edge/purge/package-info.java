/**
 * What has been purged, up to which sequence (PURGE.md). Start with {@link
 * io.nearcast.edge.purge.PurgeIndex}.
 */
@NullMarked
package io.nearcast.edge.purge;

import org.jspecify.annotations.NullMarked;
