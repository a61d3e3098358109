package io.nearcast.config.feed;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response, read while it arrives, by a thread that does not wait longer for the next
 * bytes than it says: the JDK's own streams would wait for a dead peer for ever.
 *
 * <p>The client's threads bring in, one reading thread takes out; not more than one delivery of the
 * client's is held at a time.
 */
final class ByteStream implements BodySubscriber<ByteStream>, AutoCloseable {

  private sealed interface Arrival {
    record Bytes(List<ByteBuffer> buffers) implements Arrival {}

    record End(@Nullable Throwable failure) implements Arrival {}
  }

  /** One delivery that was asked for, and the end, which comes unasked. */
  private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(2);

  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();

  @Override
  public CompletionStage<ByteStream> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription offered) {
    if (subscription.complete(offered)) {
      offered.request(1);
    } else {
      offered.cancel();
    }
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    arrivals.add(new Arrival.Bytes(item));
  }

  @Override
  public void onError(Throwable throwable) {
    arrivals.add(new Arrival.End(throwable));
  }

  @Override
  public void onComplete() {
    arrivals.add(new Arrival.End(null));
  }

  /**
   * The next bytes, at least one, valid until the next call.
   *
   * @return null at the end
   * @throws HttpTimeoutException if none came in that time
   * @throws IOException if the connection broke
   */
  @Nullable ByteBuffer next(Duration wait) throws IOException {
    while (true) {
      ByteBuffer buffer = buffers.poll();
      if (buffer == null) {
        if (!more(wait)) {
          return null;
        }
      } else if (buffer.hasRemaining()) {
        return buffer;
      }
    }
  }

  /**
   * All bytes up to the end.
   *
   * @param wait the longest pause between them
   * @param bytesMax the most that are taken
   * @throws IOException if they are more, or do not all come
   */
  byte[] all(Duration wait, int bytesMax) throws IOException {
    GrowingBytes all = new GrowingBytes(bytesMax);
    for (ByteBuffer buffer = next(wait); buffer != null; buffer = next(wait)) {
      all.append(buffer, buffer.remaining());
    }
    return all.take();
  }

  /** Gives up the rest of the body, and the connection with it. */
  @Override
  public void close() {
    if (subscription.isDone()) {
      subscription.join().cancel();
    } else {
      subscription.cancel(false);
    }
  }

  private boolean more(Duration wait) throws IOException {
    Arrival arrival;
    try {
      arrival = arrivals.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    return switch (arrival) {
      case null -> throw new HttpTimeoutException("it was silent for " + wait.toMillis() + " ms");
      case Arrival.End(Throwable failure) when failure != null ->
          throw new IOException("the connection was lost", failure);
      case Arrival.End _ -> {
        arrivals.add(arrival); // the end stays the end
        yield false;
      }
      case Arrival.Bytes(List<ByteBuffer> items) -> {
        buffers.addAll(items);
        subscription.join().request(1);
        yield true;
      }
    };
  }
}
