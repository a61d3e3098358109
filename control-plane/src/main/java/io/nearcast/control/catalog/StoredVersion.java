package io.nearcast.control.catalog;

import io.nearcast.config.model.Service;
import java.time.Instant;

/**
 * One version of a service, which never changes.
 *
 * @param version counts from 1 within the service
 * @param createdAt for people only
 * @param author the id of the token that it was made with
 * @param service the whole document
 */
public record StoredVersion(int version, Instant createdAt, String author, Service service) {}
