package io.nearcast.config.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks to be purged: exactly one of the lists, or everything.
 *
 * @param service the service's name; may be left out where there is only one, at a standalone node
 * @param soft whether responses become stale instead of unusable
 * @param urls absolute URLs, their scheme is ignored
 * @param tags as in {@code Surrogate-Key}
 * @param prefixes beginnings of absolute URLs, their scheme is ignored
 * @param hosts domains of the service
 * @param everything whether all of the service is purged
 */
public record PurgeRequest(
    @Nullable String service,
    boolean soft,
    @Nullable List<String> urls,
    @Nullable List<String> tags,
    @Nullable List<String> prefixes,
    @Nullable List<String> hosts,
    boolean everything) {}
