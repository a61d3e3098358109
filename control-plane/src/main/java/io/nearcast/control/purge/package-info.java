/** Purges and their receipts. Start with {@link io.nearcast.control.purge.Purges}. */
@NullMarked
package io.nearcast.control.purge;

import org.jspecify.annotations.NullMarked;
