package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.List;

/** Makes a history that goes wrong as short as it can. */
public final class Shrinker {
  private static final int PLAYS_MAX = 400;

  private Shrinker() {}

  /** The shortest part found that breaks the same rule. */
  public static Play.Result shortest(History history, Play.Result wrong, Subject.Maker maker) {
    String rule = wrong.violations().getFirst().rule();
    History best = history;
    Play.Result result = wrong;
    int plays = 0;
    boolean shorter = true;
    while (shorter && plays < PLAYS_MAX) {
      shorter = false;
      for (int i = best.steps().size() - 1; i >= 0 && plays < PLAYS_MAX; i--) {
        List<Step> fewer = new ArrayList<>(best.steps());
        fewer.remove(i);
        History candidate = best.with(fewer);
        Play.Result played = Play.of(candidate, maker);
        plays++;
        if (played.violations().stream().anyMatch(violation -> violation.rule().equals(rule))) {
          best = candidate;
          result = played;
          shorter = true;
        }
      }
    }
    return result;
  }
}
