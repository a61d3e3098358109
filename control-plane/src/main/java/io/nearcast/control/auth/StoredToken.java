package io.nearcast.control.auth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a token, which is not the token itself.
 *
 * @param id for people and paths
 * @param role what its bearer may do
 * @param service the only service that it is good for, or null for all
 * @param createdAt when it was made
 * @param expires from when on it is good for nothing, or null for never
 * @param hash SHA-256 of the token, in hex
 */
public record StoredToken(
    String id,
    Role role,
    @Nullable String service,
    Instant createdAt,
    @Nullable Instant expires,
    String hash) {}
