package io.nearcast.router.geo;

import com.maxmind.db.CHMCache;
import com.maxmind.db.DatabaseRecord;
import com.maxmind.db.Reader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file in MaxMind's format, read into memory whole, so that replacing the file cannot hurt.
 *
 * <p>Any thread may look up. There is nothing to close: the memory goes with the object.
 */
public final class Mmdb {
  private static final Logger LOG = LoggerFactory.getLogger(Mmdb.class);

  private final Path file;
  private final Reader reader;
  private final AtomicBoolean complained = new AtomicBoolean();

  /**
   * What a file says of an address.
   *
   * @param point where it is, null where the file does not say
   * @param country ISO 3166-1 alpha-2 in upper or lower case as it stands there, or null
   * @param centroid whether the point is only the middle of the country
   * @param uniform the length of the file's network that holds the address
   */
  record Match(@Nullable Point point, @Nullable String country, boolean centroid, int uniform) {}

  private Mmdb(Path file, Reader reader) {
    this.file = file;
    this.reader = reader;
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read or is not in MaxMind's format
   */
  public static Mmdb read(Path file) throws IOException {
    return new Mmdb(file, new Reader(file.toFile(), Reader.FileMode.MEMORY, new CHMCache()));
  }

  /** The file's own name for its kind of data. */
  public String type() {
    return reader.getMetadata().databaseType();
  }

  /** Looks an address up. A damaged entry counts as not known, and is logged once per file. */
  Match find(Prefix address) {
    if (!address.ipv4() && reader.getMetadata().ipVersion() == 4) {
      return new Match(null, null, false, 0);
    }
    try {
      DatabaseRecord<?> found = reader.getRecord(address.address(), Map.class);
      int uniform = Math.min(found.network().prefixLength(), address.bits());
      return found.data() instanceof Map<?, ?> data
          ? match(data, uniform)
          : new Match(null, null, false, uniform);
    } catch (IOException | RuntimeException e) {
      if (complained.compareAndSet(false, true)) {
        LOG.warn("{} has a damaged entry for {}: get a new copy", file, address, e);
      }
      return new Match(null, null, false, address.length());
    }
  }

  /** The ladder of CONTRACTS.md, "Routing". */
  private static Match match(Map<?, ?> data, int uniform) {
    String country = country(data);
    Point point = data.get("location") instanceof Map<?, ?> location ? point(location) : null;
    if (point == null) {
      point = point(data);
    }
    if (point != null) {
      return new Match(point, country, false, uniform);
    }
    Point centroid = country == null ? null : Countries.centroid(country);
    return new Match(centroid, country, centroid != null, uniform);
  }

  private static @Nullable String country(Map<?, ?> data) {
    if (data.get("country") instanceof Map<?, ?> country
        && country.get("iso_code") instanceof String code) {
      return code;
    }
    return data.get("country_code") instanceof String code ? code : null;
  }

  private static @Nullable Point point(Map<?, ?> data) {
    if (data.get("latitude") instanceof Number latitude
        && data.get("longitude") instanceof Number longitude
        && Point.isPossible(latitude.doubleValue(), longitude.doubleValue())) {
      return new Point(latitude.doubleValue(), longitude.doubleValue());
    }
    return null;
  }
}
