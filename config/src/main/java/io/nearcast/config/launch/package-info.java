/**
 * How every process starts and ends: options from the command line, the environment and a file; the
 * ready line; signals. Start with {@link io.nearcast.config.launch.Launch}.
 */
@NullMarked
package io.nearcast.config.launch;

import org.jspecify.annotations.NullMarked;
