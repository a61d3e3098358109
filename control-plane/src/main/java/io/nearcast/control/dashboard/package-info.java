/**
 * The page that shows nodes, services and purges live. Start with {@link
 * io.nearcast.control.dashboard.Dashboard}.
 */
@NullMarked
package io.nearcast.control.dashboard;

import org.jspecify.annotations.NullMarked;
