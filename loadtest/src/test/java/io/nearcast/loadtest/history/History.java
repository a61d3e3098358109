package io.nearcast.loadtest.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What happened in one run: answers, purges, disturbances. Thread-safe. */
final class History {
  private static final long AROUND_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int LINES_MAX = 150;

  private final long beganNanos = System.nanoTime();

  // Guarded by this
  private final List<Seen> answers = new ArrayList<>();
  private final Map<String, PostedPurge> purges = new LinkedHashMap<>();
  private final List<Note> notes = new ArrayList<>();
  private long failures;

  /** Something that was done to the CDN, or seen of a purge. */
  private record Note(long nanos, String what) {}

  synchronized void answered(Seen answer) {
    answers.add(answer);
  }

  /** A request had no answer. */
  synchronized void failed() {
    failures++;
  }

  synchronized void accepted(PostedPurge purge) {
    // A purge that was posted twice with one idempotency key is one purge.
    purges.putIfAbsent(purge.id(), purge);
  }

  /** A purge was seen complete, from a time on; only the first time counts. */
  synchronized void completed(String id, long nanos) {
    PostedPurge purge = purges.get(id);
    if (purge != null && !purge.complete()) {
      purges.put(id, purge.completeAt(nanos));
    }
  }

  synchronized void note(String what) {
    notes.add(new Note(System.nanoTime(), what));
  }

  synchronized List<Seen> answers() {
    return List.copyOf(answers);
  }

  synchronized Collection<PostedPurge> purges() {
    return List.copyOf(purges.values());
  }

  synchronized List<String> open() {
    return purges.values().stream()
        .filter(purge -> !purge.complete())
        .map(PostedPurge::id)
        .toList();
  }

  synchronized long failures() {
    return failures;
  }

  /** Everything about one violation that a person needs to find its cause. */
  synchronized String around(Checker.Violation violation) {
    Seen answer = violation.answer();
    Page page = answer.page();
    List<Note> lines = new ArrayList<>();
    answers.stream()
        .filter(other -> other.page().equals(page))
        .forEach(other -> lines.add(new Note(other.answeredNanos(), line(other))));
    purges.values().stream()
        .filter(purge -> purge.matches(page))
        .forEach(purge -> lines.addAll(lines(purge)));
    lines.addAll(notes);
    List<Note> near =
        lines.stream()
            .filter(line -> Math.abs(line.nanos - answer.answeredNanos()) < AROUND_NANOS)
            .sorted(Comparator.comparingLong(Note::nanos))
            .toList();
    StringBuilder text = new StringBuilder();
    text.append(page).append(" of ").append(answer.edge()).append(": ").append(violation.reason());
    text.append("\n  answer: ").append(millis(answer.answeredNanos())).append(line(answer));
    text.append("\n  purge:  ").append(violation.purge());
    text.append("\n  around it:");
    near.stream()
        .skip(Math.max(0, near.size() - LINES_MAX))
        .forEach(line -> text.append("\n    ").append(millis(line.nanos)).append(line.what));
    return text.toString();
  }

  private String line(Seen answer) {
    return String.format(
        Locale.ROOT,
        "%s answered %d, sent %s, stamp %d, made %d, %s",
        answer.edge(),
        answer.status(),
        millis(answer.sentNanos()).strip(),
        answer.stamp(),
        answer.made(),
        answer.cacheStatus());
  }

  private static List<Note> lines(PostedPurge purge) {
    String what = (purge.soft() ? " soft " : " hard ") + purge.id() + " " + purge.selectors();
    @Nullable Note complete =
        purge.complete() ? new Note(purge.completeNanos(), "complete" + what) : null;
    return Stream.of(
            new Note(purge.sentNanos(), "posting at " + purge.floor() + what),
            new Note(purge.acceptedNanos(), "accepted" + what),
            complete)
        .flatMap(Stream::ofNullable)
        .toList();
  }

  private String millis(long nanos) {
    return String.format(Locale.ROOT, "%8.1f ms  ", (nanos - beganNanos) / 1e6);
  }
}
