package io.nearcast.router.pick;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The picker's answer.
 *
 * @param site the PoP, null where there is no edge at all
 * @param edges the best one first; empty only with {@link Outcome#NO_EDGE}
 * @param scope how many bits of the client's address decided: all that share them get this answer
 * @param located what its location was taken from
 * @param outcome how far the picker had to go
 */
public record Choice(
    @Nullable Site site, List<Edge> edges, int scope, Located located, Outcome outcome) {
  /** Copies the list. */
  public Choice {
    edges = List.copyOf(edges);
  }

  /** Both reasons in words, such as {@code country, nearest}. */
  public String reason() {
    return located.word() + ", " + outcome.word();
  }
}
