package io.nearcast.edge.purge;

import io.nearcast.edge.rules.CacheKey;
import java.util.Collection;

/**
 * One selector of one purge, as it is compared with what is stored.
 *
 * @param service the name of the service
 * @param kind what is compared
 * @param name the URL, tag, host or prefix in the form that keys have; empty for everything
 * @param sequence the purge's place among the others of its log, from 1
 * @param soft whether what it hits becomes stale instead of unusable
 */
public record PurgeStamp(String service, Kind kind, String name, long sequence, boolean soft) {

  /** What a stamp is compared with. */
  public enum Kind {
    /** A whole URL. */
    URL,
    /** A tag. */
    TAG,
    /** The beginning of a URL. */
    PREFIX,
    /** A host. */
    HOST,
    /** Nothing: all of the service is hit. */
    EVERYTHING
  }

  /** Whether it hits a response of this key and these tags, if that is old enough. */
  boolean isAbout(CacheKey key, Collection<String> tags) {
    return service.equals(key.service())
        && switch (kind) {
          case URL -> name.equals(key.url());
          case TAG -> tags.contains(name);
          case PREFIX -> key.url().startsWith(name);
          case HOST -> name.equals(key.host());
          case EVERYTHING -> true;
        };
  }
}
