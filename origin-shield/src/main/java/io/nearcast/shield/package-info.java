/** The origin shield: the caching engine of the edge, facing origins. */
@NullMarked
package io.nearcast.shield;

import org.jspecify.annotations.NullMarked;
