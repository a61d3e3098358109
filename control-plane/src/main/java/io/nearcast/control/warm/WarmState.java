package io.nearcast.control.warm;

/** How far a warm is, as a whole or at one node. */
public enum WarmState {
  /** The node has not come to it yet; as a whole: some node has not ended it. */
  PENDING,
  /** The node fetches. */
  RUNNING,
  /** It has ended, and said what became of it. */
  COMPLETE,
  /** Nothing was heard for so long that nothing will be: the node was stopped, or has forgotten. */
  UNCONFIRMED
}
