package io.nearcast.control.ledger;

/**
 * Wants to know what becomes durable. All calls come from the ledger's thread, in the order of the
 * commits, before those who asked for the change get their answer; they must not block.
 */
@FunctionalInterface
public interface CommitListener {

  /** Something has become durable. */
  void committed(Committed committed);
}
