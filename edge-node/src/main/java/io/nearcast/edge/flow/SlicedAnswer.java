package io.nearcast.edge.flow;

import io.nearcast.edge.http.Request;
import io.nearcast.edge.http.ServerResponse;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.upstream.UpstreamFailure;
import java.util.Objects;

/**
 * An answer from slices, between finding the manifest and the first byte of the body: the head is
 * not sent before the first slice shows that the object is still what the manifest says.
 *
 * <p>Confined to the client's event loop. Owns the answer's body until it is given on.
 */
final class SlicedAnswer implements SlicedBody.Owner {

  /** Whom it belongs to. */
  interface Owner {
    /** The request is to be looked at again: what was found is not so any more. */
    void lookAgain();

    /** There is no answer. */
    void failed(UpstreamFailure failure);
  }

  private final Responder responder;
  private final Answer answer;
  private final Outcome outcome;
  private final Owner owner;
  private final SlicedBody body;
  private boolean begun;
  private boolean over;

  /**
   * @param answer from a manifest
   */
  SlicedAnswer(
      Engine engine,
      Request request,
      ServerResponse response,
      Routed routed,
      Responder responder,
      Answer answer,
      Outcome outcome,
      Owner owner) {
    this.responder = responder;
    this.answer = answer;
    this.outcome = outcome;
    this.owner = owner;
    this.body =
        new SlicedBody(
            engine,
            request,
            response,
            routed,
            Objects.requireNonNull(answer.stored()),
            answer.length(),
            this);
  }

  static boolean isFor(Answer answer) {
    return answer.content() instanceof Content.Sliced;
  }

  /** Answers now, or when the first slice has come. */
  void begin() {
    long first = responder.firstByte(answer);
    if (first < 0) {
      send(outcome);
    } else if (body.begin(first)) {
      send(outcome);
    }
  }

  private void send(Outcome said) {
    begun = true;
    over = true;
    responder.answer(answer, said, this::source, _ -> {});
  }

  private BodySource source(Answer from) {
    // Only its head was of interest.
    Objects.requireNonNull(from.body()).release();
    return body;
  }

  @Override
  public void moved() {
    if (begun) {
      responder.pump();
    } else if (!over && body.ready()) {
      send(outcome.hit() ? Outcome.forwarded(Reason.PARTIAL_MISS, 206, true, null) : outcome);
    }
  }

  @Override
  public void changed() {
    if (!over) {
      giveUp();
      owner.lookAgain();
    }
  }

  @Override
  public void failed(UpstreamFailure failure) {
    if (!over) {
      giveUp();
      owner.failed(failure);
    }
  }

  /** The client has gone. */
  void gone() {
    if (!over) {
      giveUp();
    }
  }

  private void giveUp() {
    over = true;
    body.close();
    Objects.requireNonNull(answer.body()).release();
  }
}
