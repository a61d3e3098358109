package io.nearcast.router.pick;

/** How many clients were sent to each edge of late. Any thread. */
public interface Loads {

  /** How many answers of the last seconds named the edge first. */
  long recent(Edge edge);
}
