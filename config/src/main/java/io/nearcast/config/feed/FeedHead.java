package io.nearcast.config.feed;

/**
 * Where the log of a control plane stands: the first event of a feed ({@code hello}) and the answer
 * to a report.
 *
 * @param log the identity of the log (a UUID)
 * @param head its last sequence, 0 for none
 */
public record FeedHead(String log, long head) {}
