package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An exception for some paths of a service.
 *
 * @param path a path pattern: {@code *} stands for any characters, also {@code /}
 * @param action what happens there
 * @param upgrades what clients may go on with there instead of HTTP, or null for what the service
 *     says
 */
public record Rule(String path, Action action, @Nullable List<Upgrade> upgrades) {

  /**
   * Checks the pattern.
   *
   * @throws InvalidField if it does not begin with {@code /} or {@code *}
   */
  public Rule {
    check(
        path.startsWith("/") || path.startsWith("*"), "/match/path", "must begin with / or with *");
    if (upgrades != null) {
      upgrades = Checks.bounded("/upgrades", upgrades, 0, Upgrade.values().length);
    }
  }

  /** A rule that says nothing of upgrades. */
  public Rule(String path, Action action) {
    this(path, action, null);
  }

  /** What a rule does. */
  public sealed interface Action {
    /** Every request goes to the origin and nothing is stored. */
    record Bypass() implements Action {}

    /**
     * Another policy counts; what the rule's document leaves out it has from the service.
     *
     * @param policy the whole policy
     */
    record Cache(CachePolicy policy) implements Action {}
  }
}
