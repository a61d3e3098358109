package io.nearcast.control.ledger;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A decision that waits to be taken, and its caller for the outcome. Either the ledger begins it or
 * its caller gives it up, never both. Decisions are taken on the ledger's thread; all else is
 * thread-safe.
 */
final class Pending<T extends @Nullable Object> implements Task {
  private final Decision<T> decision;
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final AtomicBoolean taken = new AtomicBoolean();
  private @Nullable Decided<T> decided;

  private record Decided<T extends @Nullable Object>(T value) {}

  Pending(Decision<T> decision) {
    this.decision = decision;
  }

  /** What the caller waits for. */
  Future<T> outcome() {
    return future;
  }

  /** Whether its caller still waits; then it cannot give up any more. */
  boolean begin() {
    return taken.compareAndSet(false, true);
  }

  /** Whether nothing has been decided yet; then nothing ever will be. */
  boolean giveUp() {
    return taken.compareAndSet(false, true);
  }

  void fail(RuntimeException e) {
    future.completeExceptionally(e);
  }

  void decide(Draft draft) {
    decided = new Decided<>(decision.decide(draft));
  }

  void succeed() {
    if (decided != null) {
      future.complete(decided.value());
    }
  }
}
