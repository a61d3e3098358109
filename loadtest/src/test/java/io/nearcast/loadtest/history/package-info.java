/**
 * The promise of purges, seen on real processes: a whole CDN behind bad links, whose processes are
 * killed, and a history of all answers that is checked afterwards. Start with {@link
 * io.nearcast.loadtest.history.PurgeHistoryTest}.
 */
@NullMarked
package io.nearcast.loadtest.history;

import org.jspecify.annotations.NullMarked;
