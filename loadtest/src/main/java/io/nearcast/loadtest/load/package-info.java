/**
 * A load of known objects with Zipf popularity, and what came of it. Start with {@link
 * io.nearcast.loadtest.load.LoadRun}.
 */
@NullMarked
package io.nearcast.loadtest.load;

import org.jspecify.annotations.NullMarked;
