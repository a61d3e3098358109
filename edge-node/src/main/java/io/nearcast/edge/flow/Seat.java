package io.nearcast.edge.flow;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A reader's place at a fill: hands every call over to the reader's loop, in order, at once where
 * both live on the same one.
 *
 * @param reader who waits
 * @param joined whether somebody else began the fill
 */
record Seat(FillReader reader, boolean joined, AtomicBoolean progressing) {
  Seat(FillReader reader, boolean joined) {
    this(reader, joined, new AtomicBoolean());
  }

  private void on(Runnable call) {
    if (reader.loop().inEventLoop()) {
      call.run();
    } else {
      reader.loop().execute(call);
    }
  }

  void interim(ResponseHead head) {
    on(() -> reader.interim(head));
  }

  /** Hands an answer over, with a reference to its body of its own. */
  void answer(Answer answer, Outcome outcome) {
    if (answer.body() != null) {
      answer.body().retain();
    }
    on(() -> reader.answer(answer, outcome.collapsedIf(joined)));
  }

  /** Several calls that the reader's loop has not come to yet are one. */
  void progress() {
    if (reader.loop().inEventLoop()) {
      reader.progress();
    } else if (progressing.compareAndSet(false, true)) {
      reader
          .loop()
          .execute(() -> {
            progressing.set(false);
            reader.progress();
          });
    }
  }

  void relay(ByteBuf piece) {
    reader.relayed().addAndGet(piece.readableBytes());
    on(() -> reader.relay(piece));
  }

  void relayEnded(boolean complete, Fields trailers) {
    on(() -> reader.relayEnded(complete, trailers));
  }

  void restart() {
    on(reader::restart);
  }

  void changed(boolean sliceable) {
    on(() -> reader.changed(sliceable));
  }

  void failed(UpstreamFailure failure) {
    on(() -> reader.failed(failure));
  }

  void requestWritable() {
    on(reader::requestWritable);
  }
}
