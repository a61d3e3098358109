package io.nearcast.control.store;

/** Says that the store could not be read or written; what was being written may or may not be. */
public final class StoreFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message what failed
   * @param cause why
   */
  public StoreFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
