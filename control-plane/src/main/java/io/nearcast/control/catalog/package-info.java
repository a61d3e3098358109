/**
 * What users configure: services with their versions, origins, PoPs. Start with {@link
 * io.nearcast.control.catalog.Services}.
 */
@NullMarked
package io.nearcast.control.catalog;

import org.jspecify.annotations.NullMarked;
