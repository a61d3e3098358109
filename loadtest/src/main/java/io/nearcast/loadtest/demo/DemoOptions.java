package io.nearcast.loadtest.demo;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the demo is started with.
 *
 * @param data the directory of its state, kept when it stops; null for a fresh one, which is
 *     removed
 * @param portOffset added to every port of the contract
 * @param mmdb databases of places in MaxMind's format; none for the built-in list of networks
 */
public record DemoOptions(@Nullable Path data, int portOffset, List<Path> mmdb) {
  /** Copies the list. */
  public DemoOptions {
    mmdb = List.copyOf(mmdb);
  }
}
