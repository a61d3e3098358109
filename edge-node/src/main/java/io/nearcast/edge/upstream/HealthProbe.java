package io.nearcast.edge.upstream;

import io.nearcast.config.model.HealthCheck;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one origin for its health, again and again, on one event loop. An answer of 2xx or 3xx
 * within the check's timeout is a success.
 */
final class HealthProbe {
  private static final Logger LOG = LoggerFactory.getLogger(HealthProbe.class);

  /** Sends a request to the probed origin only. */
  interface Sender {
    UpstreamExchange send(UpstreamRequest request, UpstreamListener listener);
  }

  private final EventLoop loop;
  private final TargetState state;
  private final HealthCheck check;
  private final Sender sender;
  private final UpstreamRequest request;
  private boolean stopped;
  private @Nullable Check current;

  HealthProbe(
      EventLoop loop, TargetState state, HealthCheck check, String authority, Sender sender) {
    this.loop = loop;
    this.state = state;
    this.check = check;
    this.sender = sender;
    String scheme = state.target().secure() ? "https" : "http";
    Fields fields = Fields.of("User-Agent", "nearcast-health-check", "Accept", "*/*");
    request = UpstreamRequest.of(RequestHead.of("GET", scheme, authority, check.path(), fields));
  }

  /** Begins within one interval, at random, so that not all nodes ask at the same time. */
  void start() {
    long intervalMillis = check.interval().toMillis();
    schedule(ThreadLocalRandom.current().nextLong(intervalMillis));
  }

  /** Ends the checks; any thread may ask for it. The origin counts as healthy again. */
  void stop() {
    loop.execute(() -> {
      stopped = true;
      if (current != null) {
        current.over();
      }
      state.unchecked();
    });
  }

  private void schedule(long millis) {
    // A timer that outlives its probe finds it stopped.
    var _ = loop.schedule(this::ask, millis, TimeUnit.MILLISECONDS);
  }

  private void ask() {
    if (stopped) {
      return;
    }
    schedule(check.interval().toMillis());
    if (current == null) {
      Check begun = new Check();
      current = begun;
      begun.exchange = sender.send(request, begun);
      var _ = loop.schedule(begun::tooLate, check.timeout().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void outcome(boolean success, String detail) {
    if (!state.checked(success)) {
      return;
    }
    String origin = state.target().name();
    if (success) {
      LOG.info("health checks of {} say that it is up: {}", origin, detail);
    } else {
      LOG.warn("health checks of {} say that it is down: {}", origin, detail);
    }
  }

  /** One question. */
  private final class Check implements UpstreamListener {
    private @Nullable UpstreamExchange exchange;

    @Override
    public void interim(ResponseHead head) {}

    @Override
    public void head(Target from, ResponseHead head, long contentLength) {
      over();
      outcome(head.status() < 400, "status " + head.status());
    }

    @Override
    public void data(ByteBuf piece) {
      piece.release();
    }

    @Override
    public void end(Fields trailers) {}

    @Override
    public void failed(UpstreamFailure failure) {
      over();
      outcome(false, failure.detail());
    }

    @Override
    public void writable() {}

    private void tooLate() {
      if (current == this) {
        over();
        outcome(false, "no answer in time");
      }
    }

    private void over() {
      current = null;
      if (exchange != null) {
        exchange.abort();
      }
    }
  }
}
