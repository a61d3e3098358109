package io.nearcast.config.feed;

/**
 * When a selector of a service was purged last.
 *
 * @param service the service's name
 * @param selector what was purged, or something broader that stands for it
 * @param hard the sequence of the newest hard purge, 0 for none
 * @param soft the sequence of the newest soft purge, 0 for none; kept apart, for a soft purge takes
 *     nothing back of a hard one before it (PURGE.md rule 4)
 */
public record SelectorStamp(String service, Selector selector, long hard, long soft) {}
