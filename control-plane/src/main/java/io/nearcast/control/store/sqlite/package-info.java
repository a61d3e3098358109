/**
 * The store in one SQLite file, for one control plane. Start with {@link
 * io.nearcast.control.store.sqlite.SqliteStore}.
 */
@NullMarked
package io.nearcast.control.store.sqlite;

import org.jspecify.annotations.NullMarked;
