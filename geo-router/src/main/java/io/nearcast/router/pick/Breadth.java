package io.nearcast.router.pick;

/** How many edges an answer names. */
public enum Breadth {
  /**
   * The best edge and one to fall back to, of the same PoP: resolvers shuffle addresses, so more of
   * them would undo the choice.
   */
  PLACE(2),
  /** The edges of the PoP, then those of the next ones: for clients that try them in order. */
  RANKING(8);

  private final int edgesMax;

  Breadth(int edgesMax) {
    this.edgesMax = edgesMax;
  }

  /** The most edges in an answer. */
  public int edgesMax() {
    return edgesMax;
  }
}
