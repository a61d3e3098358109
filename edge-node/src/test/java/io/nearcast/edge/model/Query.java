package io.nearcast.edge.model;

/**
 * A request.
 *
 * @param id unlike that of every other request; sent as {@code X-Id}
 * @param method its method
 * @param path its path
 * @param head its fields, {@code X-Id} not among them
 */
public record Query(String id, String method, String path, Head head) {

  /** Whether it is safe, so that a cache may answer it (RFC 9110 section 9.2.1). */
  public boolean safe() {
    return method.equals("GET") || method.equals("HEAD");
  }

  /** The same with other fields. */
  public Query with(Head other) {
    return new Query(id, method, path, other);
  }

  @Override
  public String toString() {
    return id + ' ' + method + ' ' + path + ' ' + head.lines();
  }
}
