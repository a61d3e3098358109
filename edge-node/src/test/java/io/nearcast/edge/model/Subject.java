package io.nearcast.edge.model;

import java.util.List;

/** A cache before a {@link Site}. */
public interface Subject {
  /**
   * Answers requests that come at the same time, and returns when nothing is under way any more.
   */
  List<Reply> ask(List<Query> queries);

  /** Makes a cache, or takes one that has nothing of this site's paths. */
  interface Maker {
    /** Goes by the site's clock from now on. */
    Subject before(Site site, Tiers tiers);

    /** The true time that a history begins at, in ms since 1970; whole seconds. */
    long startMillis();

    /** Unlike those of all histories before; paths begin with it. */
    String prefix();

    /** Where the clocks of the tiers are set. */
    void time(long trueMillis, Tiers tiers);
  }
}
