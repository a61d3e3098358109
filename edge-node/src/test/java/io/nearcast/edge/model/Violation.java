package io.nearcast.edge.model;

/**
 * What a cache did and may not do.
 *
 * @param rule the sentence that forbids it, such as {@code RFC 9111 section 4.2.4}
 * @param what it did
 */
public record Violation(String rule, String what) {
  @Override
  public String toString() {
    return rule + ": " + what;
  }
}
