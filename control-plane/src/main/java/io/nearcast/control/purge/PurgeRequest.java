package io.nearcast.control.purge;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/purges}: exactly one of the lists, or everything.
 *
 * @param service the service's name
 * @param soft whether responses become stale instead of unusable
 * @param urls absolute URLs, their scheme is ignored
 * @param tags as in {@code Surrogate-Key}
 * @param prefixes beginnings of absolute URLs, their scheme is ignored
 * @param hosts domains of the service
 * @param everything whether all of the service is purged
 */
public record PurgeRequest(
    String service,
    boolean soft,
    @Nullable List<String> urls,
    @Nullable List<String> tags,
    @Nullable List<String> prefixes,
    @Nullable List<String> hosts,
    boolean everything) {}
