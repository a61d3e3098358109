package io.nearcast.control;

import io.nearcast.control.compaction.Compactor;
import io.nearcast.control.store.consul.ConsulAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a control plane needs to know.
 *
 * @param data the directory of this process alone; made where it is missing
 * @param listen where REST, feed and dashboard are served, port 0 for any free one
 * @param consul where the store is that this control plane shares with others; null for SQLite in
 *     {@code data}
 * @param logEntries how many entries of the log are kept at least, for nodes that were away; 1 or
 *     more
 */
public record ControlPlaneOptions(
    Path data, InetSocketAddress listen, @Nullable ConsulAddress consul, int logEntries) {

  /** A control plane that keeps as much of the log as is usual. */
  public ControlPlaneOptions(Path data, InetSocketAddress listen, @Nullable ConsulAddress consul) {
    this(data, listen, consul, Compactor.KEPT_ENTRIES);
  }

  /** A control plane that keeps everything in its own directory. */
  public ControlPlaneOptions(Path data, InetSocketAddress listen) {
    this(data, listen, null);
  }
}
