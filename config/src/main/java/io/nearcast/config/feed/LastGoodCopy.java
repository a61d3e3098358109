package io.nearcast.config.feed;

import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a node knew last, on its own disk: it can start and serve from that with no control plane.
 *
 * <p>Two files. {@code feed.json} has the whole state and the fleet. {@code position} has log and
 * sequence only; it says something where purges, which are not part of the state, have moved the
 * sequence on since, so that a purge costs a small write whatever the size of the state. It counts
 * only if it is of the same log and further on; a {@code feed.json} that goes back in its log is
 * written after it has been cleared, so that it never lifts a state that it does not belong to, and
 * any other one before that, so that no crash takes the node back behind what it has reported
 * (PURGE.md rule 6).
 *
 * <p>Not thread-safe. One process at a time has the directory (see {@link
 * io.nearcast.config.launch.DataDirectory}).
 */
final class LastGoodCopy {
  private static final int BYTES_MAX = 1 << 30;

  /**
   * What is kept.
   *
   * @param state the state as of its sequence
   * @param fleet the fleet as last known
   */
  record Contents(FeedState state, Fleet fleet) {}

  private final DurableFile whole;
  private final PositionFile position;
  private @Nullable Contents saved;

  /** The fleet that was compared last with what is kept, and what came of it. */
  private @Nullable Fleet compared;

  private boolean differs;

  /**
   * @param directory must exist and be writable
   */
  LastGoodCopy(Path directory) {
    whole = new DurableFile(directory, "feed.json");
    position = new PositionFile(directory);
  }

  /**
   * Reads what was kept; a damaged file counts as absent.
   *
   * @throws IOException if the disk cannot be read
   */
  Optional<Contents> load() throws IOException {
    Optional<Contents> contents = parse(whole, Contents.class);
    FeedHead moved = position.read();
    saved = contents.orElse(null);
    compared = null;
    if (contents.isPresent() && moved != null) {
      FeedState state = contents.get().state();
      if (moved.log().equals(state.log()) && moved.head() > state.sequence()) {
        saved = new Contents(at(state, moved.head()), contents.get().fleet());
      } else if (!moved.log().equals(state.log())) {
        position.clear(); // a crash had left it, and it could be taken for the furthest later
      }
    }
    return Optional.ofNullable(saved);
  }

  /**
   * Keeps state and fleet; when this returns they are on disk. Writes as little as will do: nothing
   * where nothing has changed, the position where only the sequence has.
   *
   * @throws IOException if the disk cannot be written; what was kept before is still there, and the
   *     next call tries again
   */
  void save(FeedState state, Fleet fleet) throws IOException {
    Contents before = saved;
    if (before != null && sameButSequence(before.state(), state) && !differs(fleet)) {
      if (before.state().sequence() == state.sequence()) {
        return;
      }
      if (before.state().sequence() < state.sequence()) {
        position.write(new FeedHead(state.log(), state.sequence()));
        saved = new Contents(state, before.fleet());
        return;
      }
    }
    saved = null; // unknown until the last step has succeeded
    compared = null;
    FeedHead moved = position.read();
    if (moved != null && moved.log().equals(state.log()) && moved.head() > state.sequence()) {
      position.clear();
    }
    Contents contents = new Contents(state, fleet);
    whole.write(Documents.writeJson(contents));
    position.clear();
    saved = contents;
  }

  /** Whether the fleet has other members, or other states of them, than what is kept. */
  @SuppressWarnings("ReferenceEquality") // of a thousand members, so compared once
  boolean differs(Fleet fleet) {
    Contents kept = saved;
    if (kept == null) {
      return true;
    }
    if (fleet != compared) {
      compared = fleet;
      differs = !members(kept.fleet()).equals(members(fleet));
    }
    return differs;
  }

  /** What matters of the fleet after a restart: not how far each node is. */
  private static List<NodeStatus> members(Fleet fleet) {
    return fleet.nodes().stream()
        .map(node ->
            new NodeStatus(
                node.id(), node.role(), node.pop(), node.state(), 0, node.address(), List.of()))
        .toList();
  }

  private static boolean sameButSequence(FeedState a, FeedState b) {
    return at(a, b.sequence()).equals(b);
  }

  private static FeedState at(FeedState state, long sequence) {
    return new FeedState(
        state.log(), sequence, state.services(), state.pops(), state.drained(), state.tierKey());
  }

  private static <T> Optional<T> parse(DurableFile file, Class<T> type) throws IOException {
    Optional<byte[]> content = file.read();
    try {
      return content.map(bytes -> Documents.readJson(type, bytes, BYTES_MAX));
    } catch (InvalidDocument e) {
      file.setAside(e.problems().getFirst().toString());
      return Optional.empty();
    }
  }
}
