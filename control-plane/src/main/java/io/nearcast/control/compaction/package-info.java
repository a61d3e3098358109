/**
 * Keeps the log short: what nodes need that were away for longer than it reaches. Start with {@link
 * io.nearcast.control.compaction.Compactor}.
 */
@NullMarked
package io.nearcast.control.compaction;

import org.jspecify.annotations.NullMarked;
