/**
 * Compresses stored bodies, once each and off the event loops. Start with {@link
 * io.nearcast.edge.coding.Coder}.
 */
@NullMarked
package io.nearcast.edge.coding;

import org.jspecify.annotations.NullMarked;
