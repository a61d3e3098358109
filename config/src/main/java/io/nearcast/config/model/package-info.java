/**
 * The documents that users write, as validated records. Start with {@link
 * io.nearcast.config.model.Service}.
 */
@NullMarked
package io.nearcast.config.model;

import org.jspecify.annotations.NullMarked;
