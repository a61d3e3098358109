package io.nearcast.edge.model;

import java.util.List;

/** One step of a history. Paths are those of {@link Generator#PATHS}. */
public sealed interface Step {

  /** Time goes by. */
  record Advance(int seconds) implements Step {
    @Override
    public String toString() {
      return seconds + " s go by";
    }
  }

  /**
   * The origin has something else at a path, of the next version.
   *
   * @param template what; its version and time of change are found out when it happens
   * @param modifiedSecondsAgo when it says that it was changed, or -1
   */
  record Publish(String path, Page template, int modifiedSecondsAgo) implements Step {
    @Override
    public String toString() {
      return path + " is now " + template;
    }
  }

  /** The content at a path changes, and nothing else. */
  record Change(String path) implements Step {
    @Override
    public String toString() {
      return path + " changes";
    }
  }

  /**
   * The same content gets other fields, which a 304 brings to those who have it.
   *
   * @param lines in place of the page's
   */
  record Restyle(String path, List<String> lines) implements Step {
    @Override
    public String toString() {
      return path + " has other fields now: " + lines;
    }
  }

  /**
   * One request, or several at once.
   *
   * @param failure what is wrong with the origin meanwhile
   * @param delaySeconds how long it takes to answer
   */
  record Ask(List<Query> queries, Failure failure, int delaySeconds) implements Step {
    @Override
    public String toString() {
      return queries
          + (failure == Failure.NONE ? "" : " with " + failure)
          + (delaySeconds == 0 ? "" : " after " + delaySeconds + " s");
    }
  }
}
