package io.nearcast.config.feed;

import java.time.Instant;

/**
 * One entry of the feed.
 *
 * @param sequence its place in the log: 1 for the first, no gaps
 * @param at when it was accepted, for people only: nothing is ever ordered by it
 * @param change what it says
 */
public record FeedEntry(long sequence, Instant at, Change change) {}
