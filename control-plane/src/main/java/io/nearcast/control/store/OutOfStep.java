package io.nearcast.control.store;

/**
 * Says that a store does not go on from what its reader knows: it has another log now, or one that
 * ends before that, or what followed was compacted away. The reader has to read everything anew.
 */
public final class OutOfStep extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message what the reader knows, and what the store has
   */
  public OutOfStep(String message) {
    super(message);
  }
}
