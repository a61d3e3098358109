package io.nearcast.control.store;

/**
 * One entry of the log.
 *
 * @param sequence its place: 1 for the first, no gaps
 * @param json the entry as the feed sends it; not to be changed by anybody
 */
@SuppressWarnings("ArrayRecordComponent")
public record Entry(long sequence, byte[] json) {}
