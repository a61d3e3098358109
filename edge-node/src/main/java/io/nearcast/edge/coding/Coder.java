package io.nearcast.edge.coding;

import io.nearcast.config.model.Coding;
import io.nearcast.edge.coding.CodingMetrics.Result;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.store.slab.CodedForms;
import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes coded forms of stored bodies, each once, on so few threads that event loops keep their
 * cores, and never on a loop. A form is added to the forms of its body when it is complete.
 *
 * <p>Bounds: {@link #WAITING_MAX} forms wait, more are dropped and counted, and asked for again by
 * later requests. What waits holds no reference: a response that has gone by its turn is passed
 * over. A form has its memory from the store, whose bound holds for it.
 *
 * <p>For any thread.
 */
public final class Coder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Coder.class);

  /** The most forms that wait for their turn. */
  static final int WAITING_MAX = 256;

  /** One thread for so many cores, and at least one: event loops come first. */
  private static final int CORES_PER_THREAD = 4;

  /** A form is worth having where it is at most this share of the body, in percent. */
  private static final int WORTH_PERCENT = 90;

  private static final int PIECE_BYTES = 64 * 1024;
  private static final int IDLE_SECONDS = 30;
  private static final int CLOSE_SECONDS = 10;

  private final LongFunction<SlabBody> newBody;
  private final Consumer<CacheKey> reweigh;
  private final CodingMetrics metrics;
  private final ThreadPoolExecutor threads;
  private volatile Set<Coding> missing = Set.of();
  private volatile boolean closed;

  /**
   * Threads start with the first form, and end when there is nothing to do.
   *
   * @param newBody a growing body of about so many bytes, as {@code Store.newBody}
   * @param reweigh hears under which key a response has got another form, as {@code Store.reweigh}
   * @param registry where the metrics are shown
   */
  public Coder(
      LongFunction<SlabBody> newBody, Consumer<CacheKey> reweigh, CollectorRegistry registry) {
    this.newBody = newBody;
    this.reweigh = reweigh;
    this.metrics = new CodingMetrics(registry);
    int count = Math.max(1, Runtime.getRuntime().availableProcessors() / CORES_PER_THREAD);
    threads =
        new ThreadPoolExecutor(
            count,
            count,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().name("coding-", 0).daemon(true).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Has a form made, unless it is there, is being made, or is not worth it.
   *
   * @param body a stored one, complete, held by the caller
   * @param key what it is stored under
   */
  public void want(SlabBody body, CacheKey key, Coding coding) {
    CodedForms forms = body.withCodedForms();
    if (!forms.claim(coding)) {
      return;
    }
    try {
      threads.execute(() -> turn(body, key, coding));
    } catch (RejectedExecutionException e) {
      forms.drop(coding);
      metrics.ended(coding, Result.DROPPED);
    }
    metrics.waiting(threads.getQueue().size());
  }

  /** Of some codings those that can be made on this system; all, but for a missing library. */
  public List<Coding> able(List<Coding> codings) {
    Set<Coding> without = missing;
    return without.isEmpty()
        ? codings
        : codings.stream().filter(coding -> !without.contains(coding)).toList();
  }

  /** Counts a response that was sent in a coded form. */
  public void sent(Coding coding, long savedBytes) {
    metrics.sent(coding, savedBytes);
  }

  private void turn(SlabBody body, CacheKey key, Coding coding) {
    metrics.waiting(threads.getQueue().size());
    if (!body.tryRetain()) {
      metrics.ended(coding, Result.GONE);
      return;
    }
    CodedForms forms = body.withCodedForms();
    Result result = Result.FAILED;
    boolean settled = false;
    try {
      result = make(body, forms, coding);
      settled = result == Result.MADE || settle(forms, coding, result);
    } finally {
      if (!settled) {
        forms.drop(coding);
      }
      metrics.ended(coding, result);
      body.release();
    }
    if (result == Result.MADE) {
      reweigh.accept(key);
    }
  }

  /** Refuses what would fail again at each request; not what fails for want of space or time. */
  private boolean settle(CodedForms forms, Coding coding, Result result) {
    if (closed || result == Result.NO_SPACE) {
      return false;
    }
    forms.refuse(coding);
    return true;
  }

  private Result make(SlabBody body, CodedForms forms, Coding coding) {
    SlabBody form = newBody.apply(body.length() / 4);
    boolean made = false;
    try {
      BodyOutput.State state = encode(body, form, coding);
      if (state == BodyOutput.State.WELL && !closed) {
        form.finish();
        forms.put(coding, form);
        made = true;
        return Result.MADE;
      }
      return switch (state) {
        case WELL -> Result.GONE;
        case TOO_LONG -> Result.NOT_WORTH_IT;
        case NO_SPACE -> Result.NO_SPACE;
      };
    } catch (IOException | RuntimeException | LinkageError e) {
      failed(coding, e);
      return Result.FAILED;
    } finally {
      if (!made) {
        form.release();
      }
    }
  }

  private BodyOutput.State encode(SlabBody body, SlabBody form, Coding coding) throws IOException {
    BodyOutput out = new BodyOutput(form, body.length() * WORTH_PERCENT / 100);
    try (OutputStream encoder = Encoders.into(coding, body.length(), out)) {
      encode(body, encoder, out);
    }
    return out.state();
  }

  private void encode(SlabBody body, OutputStream encoder, BodyOutput out) throws IOException {
    byte[] piece = new byte[(int) Math.min(PIECE_BYTES, body.length())];
    ByteBuf target = Unpooled.wrappedBuffer(piece);
    for (long at = 0; at < body.length() && out.state() == BodyOutput.State.WELL; ) {
      if (closed) {
        return;
      }
      int count = (int) Math.min(piece.length, body.length() - at);
      body.copyTo(at, target.clear(), count);
      encoder.write(piece, 0, count);
      at += count;
    }
  }

  private void failed(Coding coding, Throwable e) {
    if (e instanceof LinkageError) {
      lacks(coding);
    }
    log.warn("a {} form could not be made, the response is sent without", coding.token(), e);
  }

  private synchronized void lacks(Coding coding) {
    Set<Coding> more = EnumSet.of(coding);
    more.addAll(missing);
    missing = Set.copyOf(more);
  }

  /** Drops what waits and what is being made. The store is still there. */
  @Override
  public void close() {
    closed = true;
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("a form is still being made");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
