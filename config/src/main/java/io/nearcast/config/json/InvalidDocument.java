package io.nearcast.config.json;

import java.util.List;
import java.util.stream.Collectors;

/** Says that a document cannot be used, and everything that was found wrong with it. */
public final class InvalidDocument extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean malformed;

  @SuppressWarnings("serial") // an immutable list of records of strings
  private final List<Problem> problems;

  /**
   * @param malformed whether it is not even JSON or YAML
   * @param problems at least one, in the order of the document's fields
   */
  public InvalidDocument(boolean malformed, List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    this.malformed = malformed;
    this.problems = List.copyOf(problems);
  }

  /** A document that is one problem as a whole, for it is not JSON or YAML. */
  static InvalidDocument malformed(String detail) {
    return new InvalidDocument(true, List.of(new Problem("", detail)));
  }

  /** True where it is not JSON or YAML at all (HTTP 400), false where a field is wrong (422). */
  public boolean malformed() {
    return malformed;
  }

  /** What is wrong, at least one. */
  public List<Problem> problems() {
    return problems;
  }
}
