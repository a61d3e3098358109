package io.nearcast.control.ledger;

import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.OutOfStep;
import io.nearcast.control.store.StoreFailure;

/** What callers are told whose change cannot be written now. */
final class StoreAway {
  private StoreAway() {}

  /** Nothing has changed, and nothing will. */
  static Refusal unchanged(StoreFailure cause) {
    return unchanged("(" + cause.getMessage() + ")", cause);
  }

  /** It may have been written to what is not the store any more. */
  static Refusal unknown(OutOfStep cause) {
    return unknown("as before (" + cause.getMessage() + ")", cause);
  }

  /** It may have been written, or may still be. */
  static Refusal unknown(StoreFailure cause) {
    return unknown("(" + cause.getMessage() + ")", cause);
  }

  static Refusal unchanged(String how, Exception cause) {
    return refusal("the store does not answer " + how + ": nothing has been changed", cause);
  }

  static Refusal unknown(String how, Exception cause) {
    return refusal(
        "the store does not answer "
            + how
            + ": this may have been written or not; look before you send it again, or send a purge"
            + " again with the same Idempotency-Key",
        cause);
  }

  private static Refusal refusal(String detail, Exception cause) {
    Refusal refusal = new Refusal(Reason.UNAVAILABLE, detail);
    refusal.initCause(cause);
    return refusal;
  }
}
