/**
 * The ordered log that the control plane tells nodes, and how a node follows it. Start with {@link
 * io.nearcast.config.feed.FeedState}.
 */
@NullMarked
package io.nearcast.config.feed;

import org.jspecify.annotations.NullMarked;
