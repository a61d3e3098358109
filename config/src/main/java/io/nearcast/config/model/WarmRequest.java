package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks to be fetched before clients ask for it.
 *
 * @param service the service's name
 * @param urls absolute URLs, their scheme is ignored
 * @param pop only the edges of this PoP, null for those of all
 * @param nodes only these edges, null for all
 * @param rate the most requests per second at each edge
 */
public record WarmRequest(
    String service,
    List<String> urls,
    @Nullable String pop,
    @Nullable List<String> nodes,
    int rate) {

  /** The requests per second where the document says nothing. */
  public static final int RATE_DEFAULT = 50;

  /** The most requests per second. */
  public static final int RATE_MAX = 1_000;

  /**
   * Checks the rate, and that the edges are named in one way.
   *
   * @throws InvalidField if that is not so
   */
  public WarmRequest {
    check(rate >= 1 && rate <= RATE_MAX, "/rate", "must be 1 to " + RATE_MAX + " per second");
    check(pop == null || nodes == null, "/nodes", "must be left out where pop is given");
    urls = List.copyOf(urls);
    nodes = nodes == null ? null : List.copyOf(nodes);
  }
}
