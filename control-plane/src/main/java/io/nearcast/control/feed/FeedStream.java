package io.nearcast.control.feed;

import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream to one node. Runs on the request's own virtual thread, which blocks while the
 * connection takes no more; the server ends a connection that takes nothing for a while.
 */
public final class FeedStream {
  private static final Logger LOG = LoggerFactory.getLogger(FeedStream.class);
  private static final Duration PING_AFTER = Duration.ofSeconds(1);
  private static final byte[] PING = ": ping\n\n".getBytes(StandardCharsets.US_ASCII);

  private final FeedTail tail;
  private final Replay replay;
  private final OutputStream out;
  private long sent;
  private long sentFleet;

  /**
   * @param after the last sequence that the node has
   */
  public FeedStream(FeedTail tail, Replay replay, OutputStream out, long after) {
    this.tail = tail;
    this.replay = replay;
    this.out = out;
    sent = after;
  }

  /**
   * Sends until the control plane stops or the reader is too slow.
   *
   * @throws IOException when the node has gone away
   */
  public void run() throws IOException, InterruptedException {
    write(
        "event: hello\ndata: {\"log\":\"%s\",\"head\":%d}\n\n"
            .formatted(tail.log(), tail.head())
            .getBytes(StandardCharsets.US_ASCII));
    boolean caughtUp = false;
    while (true) {
      switch (tail.next(sent, sentFleet, PING_AFTER)) {
        case FeedTail.Next.Entries(Frame frame) -> {
          write(frame.event());
          sent = frame.last();
          caughtUp = true;
        }
        case FeedTail.Next.FleetNow(byte[] event, long version) -> {
          write(event);
          sentFleet = version;
          caughtUp = true;
        }
        case FeedTail.Next.Silence() -> write(PING);
        case FeedTail.Next.Behind() -> {
          if (caughtUp || !replay()) {
            return;
          }
        }
        case FeedTail.Next.End() -> {
          return;
        }
      }
    }
  }

  /**
   * Sends entries that are older than what is in memory.
   *
   * @return false if the store does not have them: the node comes back and is told why
   */
  private boolean replay() throws IOException {
    Frame frame;
    try {
      frame = replay.after(sent);
    } catch (StoreFailure e) {
      LOG.warn("a stream ends at {}, for the log cannot be read: {}", sent, e.getMessage());
      return false;
    }
    if (frame != null) {
      write(frame.event());
      sent = frame.last();
    }
    return frame != null;
  }

  private void write(byte[] event) throws IOException {
    out.write(event);
    out.flush();
  }
}
