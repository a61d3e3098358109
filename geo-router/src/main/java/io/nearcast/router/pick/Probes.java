package io.nearcast.router.pick;

/** The results of the router's own probes. Any thread. */
public interface Probes {

  /** What they say of an edge. */
  Probed of(Edge edge);

  /**
   * How much of an edge's usual load it may take: 1 as a rule, less just after it has come back.
   *
   * @return above 0, at most 1
   */
  double share(Edge edge);
}
