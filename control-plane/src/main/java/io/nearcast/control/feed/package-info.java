/**
 * Tells nodes what has changed, by server-sent events. Start with {@link
 * io.nearcast.control.feed.FeedTail}.
 */
@NullMarked
package io.nearcast.control.feed;

import org.jspecify.annotations.NullMarked;
