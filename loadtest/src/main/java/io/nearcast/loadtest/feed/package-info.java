/**
 * How fast the feed is: a control plane as a process, many light nodes that follow it, purges at a
 * fixed rate. Start with {@link io.nearcast.loadtest.feed.FeedRun}.
 */
@NullMarked
package io.nearcast.loadtest.feed;

import org.jspecify.annotations.NullMarked;
