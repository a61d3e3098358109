package io.nearcast.edge.rules;

/** Whether a response may be stored. */
public sealed interface Storable {

  /** It may be stored. */
  enum Store implements Storable {
    /** The only one. */
    YES
  }

  /** It must not be, or would be of no use. */
  record DoNotStore(Reason reason) implements Storable {}
}
