package io.nearcast.control;

import io.nearcast.control.compaction.Compactor;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a control plane needs to know.
 *
 * @param data the directory of this process alone; made where it is missing
 * @param listen where REST, feed and dashboard are served, port 0 for any free one
 * @param consul the Consul agent whose store this control plane shares with others, its path the
 *     prefix of all keys; null for SQLite in {@code data}
 * @param consulToken Consul's ACL token, or null for none
 * @param logEntries how many entries of the log are kept at least, for nodes that were away; 1 or
 *     more
 */
public record ControlPlaneOptions(
    Path data,
    InetSocketAddress listen,
    @Nullable URI consul,
    @Nullable String consulToken,
    int logEntries) {

  /** A control plane that keeps as much of the log as is usual. */
  public ControlPlaneOptions(
      Path data, InetSocketAddress listen, @Nullable URI consul, @Nullable String consulToken) {
    this(data, listen, consul, consulToken, Compactor.KEPT_ENTRIES);
  }

  /** A control plane that keeps everything in its own directory. */
  public ControlPlaneOptions(Path data, InetSocketAddress listen) {
    this(data, listen, null, null);
  }
}
