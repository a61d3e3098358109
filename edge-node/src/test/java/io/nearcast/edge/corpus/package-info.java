/**
 * Raw messages that are known to be dangerous, and the outcome that each must have. Start with
 * {@link io.nearcast.edge.corpus.Corpus}.
 */
@NullMarked
package io.nearcast.edge.corpus;

import org.jspecify.annotations.NullMarked;
