/** Warms and their receipts. Start with {@link io.nearcast.control.warm.Warms}. */
@NullMarked
package io.nearcast.control.warm;

import org.jspecify.annotations.NullMarked;
