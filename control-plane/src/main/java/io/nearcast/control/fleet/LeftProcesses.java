package io.nearcast.control.fleet;

import io.nearcast.config.json.Documents;
import io.nearcast.control.ledger.Draft;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.Document;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The processes that have left of late, one for each id: a report of such a one that comes late
 * does not make it a member again. Each is a document, until another process joins under the id;
 * the old ones go with others that leave. Belongs to the ledger's thread, on which decisions call
 * it.
 */
final class LeftProcesses {
  /** How late a report can come, amply. */
  private static final Duration KEPT_FOR = Duration.ofMinutes(10);

  private static final String PREFIX = "left/";
  private static final int FORGOTTEN_AT_ONCE = 20;
  private static final Duration LOOK_GAP = Duration.ofMinutes(1);

  /** When it is looked for old ones again. */
  private Instant looksFrom = Instant.MIN;

  /**
   * What is kept of a process.
   *
   * @param boot the process
   * @param at when it left; decides only how long it is kept
   */
  private record Left(String boot, Instant at) {}

  /**
   * A process becomes a member.
   *
   * @throws Refusal if it has left
   */
  void joins(Draft draft, String id, String boot) {
    Left last = draft.read(Left.class, PREFIX + id);
    if (last == null) {
      return;
    }
    if (last.boot().equals(boot)) {
      throw new Refusal(
          Reason.CONFLICT, "this process has said that it leaves: start it again to have it back");
    }
    draft.delete(PREFIX + id);
  }

  /** A process has said that it leaves. */
  void leaves(Draft draft, String id, String boot) {
    if (!draft.now().isBefore(looksFrom)) {
      forget(draft);
    }
    draft.put(PREFIX + id, new Left(boot, draft.now()));
  }

  /** Now and then, for it reads all of them. */
  private void forget(Draft draft) {
    List<Document> old =
        draft.list(PREFIX).stream()
            .filter(document -> isOver(document, draft.now()))
            .limit(FORGOTTEN_AT_ONCE)
            .toList();
    old.forEach(document -> draft.delete(document.key()));
    boolean all = old.size() < FORGOTTEN_AT_ONCE;
    looksFrom = all ? draft.now().plus(LOOK_GAP) : draft.now();
  }

  private static boolean isOver(Document document, Instant now) {
    Left left = Documents.readJson(Left.class, Objects.requireNonNull(document.value()));
    return left.at().plus(KEPT_FOR).isBefore(now);
  }
}
