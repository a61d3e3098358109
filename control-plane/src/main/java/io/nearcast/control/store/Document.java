package io.nearcast.control.store;

import org.jspecify.annotations.Nullable;

/**
 * A document, or that there is none.
 *
 * @param key printable ASCII with {@code /} between its parts
 * @param value JSON, not to be changed by anybody; null for a document that is deleted
 */
@SuppressWarnings("ArrayRecordComponent")
public record Document(String key, byte @Nullable [] value) {}
