package io.nearcast.edge.upstream;

import io.nearcast.edge.upstream.UpstreamFailure.ClosedEarly;
import io.nearcast.edge.upstream.UpstreamFailure.CouldNotConnect;
import io.nearcast.edge.upstream.UpstreamFailure.Malformed;
import io.nearcast.edge.upstream.UpstreamFailure.NoCapacity;
import io.nearcast.edge.upstream.UpstreamFailure.Stage;
import io.nearcast.edge.upstream.UpstreamFailure.TimedOut;
import io.nearcast.edge.upstream.UpstreamFailure.Unstated;

/**
 * What comes after an attempt that brought no answer. Pure: the same situation always gives the
 * same step.
 */
final class RetryRule {
  private RetryRule() {}

  /** What to do next. */
  enum Step {
    /** Tell the listener. */
    GIVE_UP,
    /** Ask the next target; nothing was asked of this one, so it costs nothing of the budget. */
    NEXT,
    /** Ask the next target, if the budget allows. */
    NEXT_CHARGED,
    /** Ask the same target on a new connection, if the budget allows. */
    AGAIN_CHARGED
  }

  /**
   * What is known of an attempt.
   *
   * @param reused whether the connection had carried a request before
   * @param answerBegun whether a byte of an answer has come
   * @param headSent whether the whole head of the request went to the kernel
   * @param bodyConsumed whether a byte of the request's body was written, which cannot be had again
   * @param bodiless whether the request has no body
   * @param idempotent whether the request may be repeated (RFC 9110 section 9.2.2)
   * @param moreTargets whether the plan goes on
   */
  record Attempt(
      boolean reused,
      boolean answerBegun,
      boolean headSent,
      boolean bodyConsumed,
      boolean bodiless,
      boolean idempotent,
      boolean moreTargets) {}

  /** The step after a failure before any final head was given. */
  static Step after(UpstreamFailure failure, Attempt attempt) {
    if (attempt.bodyConsumed) {
      return Step.GIVE_UP;
    }
    return switch (failure) {
      // What a shield that does not know its askers says is like no answer.
      case CouldNotConnect _, NoCapacity _, Unstated _ -> next(attempt);
      case TimedOut timedOut when timedOut.stage() == Stage.CONNECT -> next(attempt);
      case TimedOut _ -> elsewhere(attempt);
      // An idle connection that the server closed just now (RFC 9112 section 9.3.1).
      case ClosedEarly _
          when attempt.reused
              && !attempt.answerBegun
              && (attempt.idempotent || !attempt.headSent) ->
          Step.AGAIN_CHARGED;
      case ClosedEarly _ -> elsewhere(attempt);
      // It would say the same again.
      case Malformed _ -> Step.GIVE_UP;
    };
  }

  private static Step next(Attempt attempt) {
    return attempt.moreTargets ? Step.NEXT : Step.GIVE_UP;
  }

  private static Step elsewhere(Attempt attempt) {
    return attempt.moreTargets && attempt.idempotent && attempt.bodiless
        ? Step.NEXT_CHARGED
        : Step.GIVE_UP;
  }
}
