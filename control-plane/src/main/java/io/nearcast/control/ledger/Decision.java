package io.nearcast.control.ledger;

import org.jspecify.annotations.Nullable;

/**
 * Decides what one request changes, from the state that the draft shows.
 *
 * <p>Where somebody else has written first it is asked again with a newer draft, so it has no
 * effect but on the draft. It runs on the ledger's thread and reads nothing but the draft. An
 * exception that it throws reaches the caller, and nothing is written.
 *
 * @param <T> what the caller gets once everything is written
 */
@FunctionalInterface
public interface Decision<T extends @Nullable Object> {

  /** Decides. */
  T decide(Draft draft);
}
