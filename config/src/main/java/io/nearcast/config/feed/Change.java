package io.nearcast.config.feed;

import io.nearcast.config.model.Pop;
import io.nearcast.config.model.Service;
import java.util.List;

/** What an entry of the feed says. */
public sealed interface Change {

  /**
   * From now on the service is served as this version says.
   *
   * @param version counts from 1 within the service
   * @param service the whole document
   */
  record ServiceActivated(int version, Service service) implements Change {}

  /**
   * The service is served no more.
   *
   * @param name the service's name
   */
  record ServiceRemoved(String name) implements Change {}

  /**
   * What the origins produced earlier is not to be served any more, or only as stale.
   *
   * @param id the purge's id, unique for ever
   * @param service the service's name
   * @param soft whether the responses become stale instead of unusable
   * @param selectors what is purged, at least one
   */
  record PurgeIssued(String id, String service, boolean soft, List<Selector> selectors)
      implements Change {
    /** Copies the list. */
    public PurgeIssued {
      selectors = List.copyOf(selectors);
    }
  }

  /**
   * Some nodes are to fetch what they will be asked for. It stands behind the purges before it, so
   * that what is fetched is what the origin has after them. Who has no use for the entry, because
   * it takes a snapshot instead, leaves it out.
   *
   * @param id the warm's id, unique for ever
   * @param service the service's name
   * @param urls absolute URLs, {@code http://HOST/PATH?QUERY}
   * @param nodes the ids of the edges that fetch
   * @param rate the most requests per second at each of them
   */
  record WarmOrdered(String id, String service, List<String> urls, List<String> nodes, int rate)
      implements Change {
    /** Copies the lists. */
    public WarmOrdered {
      urls = List.copyOf(urls);
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * A PoP is new or has moved.
   *
   * @param pop the whole document
   */
  record PopChanged(Pop pop) implements Change {}

  /**
   * A PoP is gone.
   *
   * @param name the PoP's name
   */
  record PopRemoved(String name) implements Change {}

  /**
   * A node is to take no new clients, or may take them again.
   *
   * @param node the node's id
   * @param drained whether it is to take none
   */
  record NodeDrained(String node, boolean drained) implements Change {}

  /**
   * From now on tiers know each other by this key.
   *
   * @param key the secret that edges send with their requests to shields
   */
  record TierKeyChanged(String key) implements Change {}
}
