/** Runs {@code bin/nearcast} as a user does. Start with {@code LauncherTest}. */
@NullMarked
package io.nearcast.loadtest.launcher;

import org.jspecify.annotations.NullMarked;
