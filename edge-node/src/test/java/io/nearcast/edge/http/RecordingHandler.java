package io.nearcast.edge.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Answers every request when its body is over, or when the test says so, and remembers what it was
 * asked.
 */
final class RecordingHandler implements RequestHandler {
  /** {@code METHOD AUTHORITY TARGET}, then a blank and the body where there was one. */
  final List<String> seen = new CopyOnWriteArrayList<>();

  /** Requests that broke off. */
  final List<String> gone = new CopyOnWriteArrayList<>();

  /** What answers the requests that have come, where {@link #held} is set. */
  final BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();

  /** Whether answers wait until a test takes them from the queue. */
  volatile boolean held;

  /** How many bytes an answer has. */
  volatile int length = 2;

  @Override
  public Stream begin(Request request, ServerResponse response) {
    StringBuilder body = new StringBuilder();
    String line =
        request.head().method() + ' ' + request.head().authority() + ' ' + request.head().target();
    return new Stream() {
      @Override
      public void data(ByteBuf piece) {
        body.append(piece.toString(StandardCharsets.ISO_8859_1));
        piece.release();
      }

      @Override
      public void end() {
        seen.add(body.isEmpty() ? line : line + ' ' + body);
        if (held) {
          answers.add(() -> response.loop().execute(() -> answer(request, response)));
        } else {
          answer(request, response);
        }
      }

      @Override
      public void writable() {
        response.flush();
      }

      @Override
      public void gone() {
        gone.add(line);
      }
    };
  }

  private void answer(Request request, ServerResponse response) {
    ByteBuf out = response.allocator().buffer();
    ResponseEncoder.statusLine(out, 200);
    ResponseEncoder.field(out, "Content-Length", String.valueOf(length));
    if (!response.persistent()) {
      ResponseEncoder.field(out, "Connection", "close");
    } else if (request.http10()) {
      ResponseEncoder.field(out, "Connection", "keep-alive");
    }
    ResponseEncoder.end(out);
    boolean head = request.head().method().equals("HEAD");
    if (!head) {
      out.writeZero(length);
    }
    response.head(out, ServerResponse.Framing.LENGTH, head ? 0 : length);
    response.end();
    response.flush();
  }
}
