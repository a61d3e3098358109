package io.nearcast.control.warm;

import java.time.Instant;
import java.util.List;

/**
 * What is kept of a warm.
 *
 * @param id unique for ever: its sequence and the beginning of the log's UUID
 * @param sequence its entry in the log
 * @param service the service's name
 * @param urls what is fetched
 * @param nodes the ids of the edges that fetch
 * @param rate the most requests per second at each of them
 * @param createdAt for people, and to give up waiting by
 * @param author the id of the token that asked for it
 */
public record StoredWarm(
    String id,
    long sequence,
    String service,
    List<String> urls,
    List<String> nodes,
    int rate,
    Instant createdAt,
    String author) {

  /** Copies the lists. */
  public StoredWarm {
    urls = List.copyOf(urls);
    nodes = List.copyOf(nodes);
  }
}
