package io.nearcast.router.geo;

import io.nearcast.config.launch.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that say where clients are, read again when one of them has changed: a virtual thread
 * looks at their times. A changed file that cannot be read changes nothing, but for a warning.
 */
public final class GeoFiles implements AutoCloseable {
  /** How often the files' times are looked at. */
  public static final Duration CHECK_INTERVAL = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(GeoFiles.class);

  private final @Nullable Path cidrMap;
  private final List<Path> databases;
  private final Duration checkInterval;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Locator first;
  private Map<Path, Stamp> stamps;

  private record Stamp(FileTime modified, long bytes) {}

  private GeoFiles(@Nullable Path cidrMap, List<Path> databases, Duration checkInterval) {
    this.cidrMap = cidrMap;
    this.databases = databases;
    this.checkInterval = checkInterval;
    this.stamps = stamps();
    this.first = read();
  }

  /**
   * Reads the files for the first time.
   *
   * @param cidrMap null for none
   * @param databases in the order in which they count
   * @throws StartFailure if one of them cannot be used
   */
  public static GeoFiles open(@Nullable Path cidrMap, List<Path> databases) {
    return open(cidrMap, databases, CHECK_INTERVAL);
  }

  static GeoFiles open(@Nullable Path cidrMap, List<Path> databases, Duration checkInterval) {
    if (databases.isEmpty()) {
      LOG.info("no --mmdb given: only the CIDR map counts, all other clients get the default PoP");
    }
    return new GeoFiles(cidrMap, List.copyOf(databases), checkInterval);
  }

  /** What the files said when they were opened. */
  public Locator locator() {
    return first;
  }

  /**
   * Watches the files from now on.
   *
   * @param changed is given what the files say each time they have changed, on a thread of its own
   */
  public void watch(Consumer<Locator> changed) {
    Thread.ofVirtual().name("geo-files").start(() -> run(changed));
  }

  private void run(Consumer<Locator> changed) {
    try {
      while (!stopped.await(checkInterval.toNanos(), TimeUnit.NANOSECONDS)) {
        Map<Path, Stamp> now = stamps();
        if (!now.equals(stamps)) {
          stamps = now;
          readAgain(changed);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void readAgain(Consumer<Locator> changed) {
    try {
      changed.accept(read());
      LOG.info("read the changed files of networks and places");
    } catch (StartFailure e) {
      LOG.warn("{}; what was read before still counts", e.getMessage());
    }
  }

  private Locator read() {
    List<Mmdb> opened = new ArrayList<>();
    for (Path database : databases) {
      opened.add(database(database));
    }
    return new Locator(cidrMap == null ? CidrMap.EMPTY : map(cidrMap), opened);
  }

  private static CidrMap map(Path file) {
    try {
      CidrMap map = CidrMap.read(file);
      LOG.info("{}: {} networks", file, map.size());
      return map;
    } catch (IllegalArgumentException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new StartFailure(
          file + " cannot be read (" + e + "): name a text file with --cidr-map", e);
    }
  }

  private static Mmdb database(Path file) {
    try {
      Mmdb database = Mmdb.read(file);
      LOG.info("{}: {}", file, database.type());
      return database;
    } catch (IOException | RuntimeException e) {
      throw new StartFailure(
          file + " is no database that can be read (" + e + "): name a .mmdb file with --mmdb", e);
    }
  }

  private Map<Path, Stamp> stamps() {
    Map<Path, Stamp> now = new HashMap<>();
    List<Path> files = new ArrayList<>(databases);
    if (cidrMap != null) {
      files.add(cidrMap);
    }
    for (Path file : files) {
      try {
        now.put(file, new Stamp(Files.getLastModifiedTime(file), Files.size(file)));
      } catch (IOException e) {
        LOG.debug("{} cannot be looked at: it may be about to be replaced", file, e);
      }
    }
    return now;
  }

  /** Stops watching. */
  @Override
  public void close() {
    stopped.countDown();
  }
}
