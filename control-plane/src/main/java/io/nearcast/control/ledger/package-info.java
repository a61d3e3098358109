/**
 * How the control plane changes: decisions taken one after the other, written in groups. Start with
 * {@link io.nearcast.control.ledger.Ledger}.
 */
@NullMarked
package io.nearcast.control.ledger;

import org.jspecify.annotations.NullMarked;
