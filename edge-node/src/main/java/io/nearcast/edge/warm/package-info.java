/**
 * Fetches what clients will ask for before they do. Start with {@link
 * io.nearcast.edge.warm.Warmer}.
 */
@NullMarked
package io.nearcast.edge.warm;

import org.jspecify.annotations.NullMarked;
