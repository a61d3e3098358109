package io.nearcast.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedFollower;
import io.nearcast.config.feed.FeedListener;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.NodeIdentity;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The feed's real client, which writes down what it is given, in the order in which it comes. */
final class RecordingFollower implements AutoCloseable {
  private final Listener listener = new Listener();
  private final FeedFollower follower;

  private RecordingFollower(String id, List<URI> planes, String token, Path directory)
      throws IOException {
    follower =
        FeedFollower.start(
            new NodeIdentity(id, NodeRole.EDGE, "fra", "127.0.0.1:80"),
            planes,
            () -> token,
            Files.createDirectories(directory),
            listener);
  }

  static RecordingFollower start(String id, List<URI> planes, String token, Path directory)
      throws IOException {
    return new RecordingFollower(id, planes, token, directory);
  }

  private static final class Listener implements FeedListener {
    private final List<String> jumps = new CopyOnWriteArrayList<>();
    private final List<FeedEntry> entries = new ArrayList<>();
    private long began;
    private String log = "";

    @Override
    public synchronized void snapshot(FeedState state) {
      jumps.add("snapshot at " + state.sequence() + " of " + state.log());
      began = state.sequence();
      log = state.log();
    }

    @Override
    public void leap(FeedState after, KnownPurges purges) {
      jumps.add("leap to " + after.sequence() + " of " + after.log());
    }

    @Override
    public synchronized void entries(List<FeedEntry> more, FeedState after) {
      for (FeedEntry entry : more) {
        long last = entries.isEmpty() ? began : entries.getLast().sequence();
        if (entry.sequence() != last + 1) {
          jumps.add(entry.sequence() + " came after " + last);
        }
        entries.add(entry);
      }
    }

    @Override
    public void fleet(Fleet fleet) {}

    synchronized List<FeedEntry> after(long sequence) {
      return entries.stream().filter(entry -> entry.sequence() > sequence).toList();
    }

    synchronized long began() {
      return began;
    }

    synchronized String log() {
      return log;
    }
  }

  long applied() {
    return follower.applied();
  }

  /** The sequence of the snapshot that it began with. */
  long began() {
    return listener.began();
  }

  String log() {
    return listener.log();
  }

  /** The entries after a sequence. */
  List<FeedEntry> entriesAfter(long sequence) {
    return listener.after(sequence);
  }

  /** That it was given every entry once and in order since its first snapshot. */
  void assertWithoutGaps() {
    assertThat(listener.jumps).as("jumps of %s", follower).hasSize(1);
  }

  @Override
  public void close() {
    follower.close();
  }
}
