package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

/**
 * An exception for some paths of a service.
 *
 * @param path a path pattern: {@code *} stands for any characters, also {@code /}
 * @param action what happens there
 */
public record Rule(String path, Action action) {

  /**
   * Checks the pattern.
   *
   * @throws InvalidField if it does not begin with {@code /} or {@code *}
   */
  public Rule {
    check(
        path.startsWith("/") || path.startsWith("*"), "/match/path", "must begin with / or with *");
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
