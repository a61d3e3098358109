/**
 * Whether edges answer, found out by asking each of them once a second. Start with {@link
 * io.nearcast.router.health.Prober}.
 */
@NullMarked
package io.nearcast.router.health;

import org.jspecify.annotations.NullMarked;
