package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One history played on one cache, judged step by step. For one thread. */
public final class Play {
  /**
   * How it ended.
   *
   * @param violations of the last step, empty where all was right
   * @param transcript what happened, for people
   * @param kinds how often each kind was reached
   * @param requests how many requests clients made
   */
  public record Result(
      List<Violation> violations, String transcript, Map<Kind, Integer> kinds, int requests) {
    /** Whether the cache did all as it may. */
    public boolean right() {
      return violations.isEmpty();
    }
  }

  private final History history;
  private final String prefix;
  private final Site site;
  private final Subject subject;
  private final Oracle oracle;
  private final StringBuilder transcript = new StringBuilder();
  private final Map<String, List<Head>> seen = new HashMap<>();

  /** The latest Last-Modified of each path, which never goes back. */
  private final Map<String, Long> newest = new HashMap<>();

  private int requests;

  private Play(History history, Subject.Maker maker) {
    this.history = history;
    prefix = maker.prefix();
    site = new Site(new Clock(maker.startMillis(), millis -> maker.time(millis, history.tiers())));
    subject = maker.before(site, history.tiers());
    oracle = new Oracle(history.tiers());
  }

  /** Plays a history to its end, or to the first step that is not right. */
  public static Result of(History history, Subject.Maker maker) {
    return new Play(history, maker).play();
  }

  private Result play() {
    transcript.append("history ").append(history.seed()).append(", ").append(history.tiers());
    List<Violation> found = List.of();
    for (int i = 0; i < history.steps().size() && found.isEmpty(); i++) {
      Step step = history.steps().get(i);
      transcript.append('\n').append(i).append(". ");
      switch (step) {
        case Step.Advance(int seconds) -> {
          site.clock().advance(seconds);
          transcript.append(step);
        }
        case Step.Publish publish -> publish(publish);
        case Step.Change(String path) -> {
          Page page = site.page(prefix + path);
          site.publish(prefix + path, page.next(site.clock().now()));
          transcript.append(step);
        }
        case Step.Restyle(String path, List<String> lines) -> {
          site.publish(prefix + path, site.page(prefix + path).restyled(lines));
          transcript.append(step);
        }
        case Step.Ask ask -> found = ask(i, ask);
      }
    }
    for (Violation violation : found) {
      transcript.append("\n   VIOLATES ").append(violation);
    }
    return new Result(found, transcript.append('\n').toString(), oracle.kinds(), requests);
  }

  private void publish(Step.Publish publish) {
    String path = prefix + publish.path();
    Page before = site.page(path);
    Page next =
        publish
            .template()
            .after(before, site.clock().now(), publish.modifiedSecondsAgo(), newest(path));
    newest.put(path, Math.max(newest(path), next.modifiedMillis()));
    site.publish(path, next);
    transcript.append(publish.path()).append(" is now ").append(next);
  }

  private long newest(String path) {
    return Math.max(site.page(path).modifiedMillis(), newest.getOrDefault(path, -1L));
  }

  private List<Violation> ask(int step, Step.Ask ask) {
    List<Query> queries = new ArrayList<>();
    for (Query query : ask.queries()) {
      queries.add(made(query));
    }
    transcript.append(queries);
    if (ask.failure() != Failure.NONE || ask.delaySeconds() > 0) {
      transcript
          .append(" origin: ")
          .append(ask.failure())
          .append(", ")
          .append(ask.delaySeconds())
          .append(" s");
    }
    requests += queries.size();
    int before = site.visits().size();
    long begun = site.clock().now();
    site.begin(step, ask.failure(), ask.delaySeconds());
    List<Reply> replies = subject.ask(queries);
    List<Visit> visits = site.visits().subList(before, site.visits().size());
    for (Visit visit : visits) {
      transcript.append("\n   origin ").append(visit);
    }
    for (int i = 0; i < replies.size(); i++) {
      transcript
          .append("\n   ")
          .append(queries.get(i).id())
          .append(" gets ")
          .append(replies.get(i));
      if (replies.get(i).status() < 400) {
        seen.computeIfAbsent(queries.get(i).path(), path -> new ArrayList<>())
            .add(replies.get(i).head());
      }
    }
    Moment moment =
        new Moment(step, begun, site.clock().now(), ask.failure(), visits, queries, replies);
    return oracle.judge(moment);
  }

  /** Puts in what the client has seen before: {@code {etag}}, {@code {modified}} and so on. */
  private Query made(Query query) {
    String path = prefix + query.path();
    List<Head.Field> fields = new ArrayList<>();
    for (Head.Field field : query.head().fields()) {
      String value = filled(field.value().replace("{path}", prefix), path);
      if (value != null) {
        fields.add(new Head.Field(field.name(), value));
      }
    }
    return new Query(query.id(), query.method(), path, new Head(fields));
  }

  private @Nullable String filled(String template, String path) {
    String value = template;
    List<Head> heads = seen.getOrDefault(path, List.of());
    for (String name : List.of("ETag", "Last-Modified", "Date")) {
      for (boolean first : List.of(true, false)) {
        String mark = "{" + (first ? "first " : "last ") + name + '}';
        if (value.contains(mark)) {
          List<String> values =
              heads.stream()
                  .filter(head -> head.has(name))
                  .map(head -> "" + head.first(name))
                  .toList();
          if (values.isEmpty()) {
            return null;
          }
          String known = first ? values.getFirst() : values.getLast();
          value =
              value.contains("W/{")
                  ? value.replace("W/" + mark, "W/" + Conditional.opaque(known))
                  : value.replace(mark, known);
        }
      }
    }
    return value;
  }
}
