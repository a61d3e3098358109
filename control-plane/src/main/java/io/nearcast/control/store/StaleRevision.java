package io.nearcast.control.store;

/** Says that somebody else has written first, and that nothing was written. */
public final class StaleRevision extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * @param revision the one that could not be written
   */
  public StaleRevision(long revision) {
    super("the store is no longer at revision " + (revision - 1));
  }
}
