package io.nearcast.control.fleet;

import java.util.List;

/**
 * What a control plane says of itself in a store that it shares with others.
 *
 * @param log the log that its sequences count in
 * @param beat grows with each version, so that no two are the same
 * @param watermark every lease that it has given, and every one that it will give, is past this
 * @param stopped whether it gives no lease any more
 * @param progress nodes that have told it lately that they have applied more
 */
public record ReplicaRecord(
    String log, long beat, long watermark, boolean stopped, List<Progress> progress) {

  /**
   * How far a node is.
   *
   * @param id the node's
   * @param boot the process that said so
   * @param applied the last entry that it has applied
   */
  public record Progress(String id, String boot, long applied) {}

  /** Copies the list. */
  public ReplicaRecord {
    progress = List.copyOf(progress);
  }
}
