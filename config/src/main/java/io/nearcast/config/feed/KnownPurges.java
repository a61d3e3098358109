package io.nearcast.config.feed;

import java.util.List;

/**
 * The purges of a log as far as they still matter: what a node needs that has missed entries which
 * the log does not have any more.
 *
 * @param horizon whatever was asked for before this sequence counts as purged, hard: older purges
 *     are not among the stamps (PURGE.md rule 15)
 * @param stamps the newest hard and the newest soft purge of each selector after the horizon
 */
public record KnownPurges(long horizon, List<SelectorStamp> stamps) {
  /** Copies the list. */
  public KnownPurges {
    stamps = List.copyOf(stamps);
  }
}
