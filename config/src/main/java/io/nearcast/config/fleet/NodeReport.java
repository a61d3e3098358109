package io.nearcast.config.fleet;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself, once a second and whenever it has applied something: the body of
 * {@code POST /v1/nodes/{id}/report}.
 *
 * @param boot drawn anew at each start of the process
 * @param role what it does
 * @param pop where it stands; empty for a router
 * @param address where it serves, {@code ADDR:PORT}
 * @param log the log that it follows, null before it knows one
 * @param appliedSequence the last entry that it has applied
 * @param state {@code SERVING} or {@code DRAINING}
 * @param leaving whether this is its last report: it leaves the membership
 * @param failures entries that it could not apply in full, newest last, at most 16
 * @param matched how many stored responses each purge has hit, by the purge's id, for purges since
 *     the last report that was answered
 * @param warmed what became of each warm, by its id, for warms that have ended since then
 */
public record NodeReport(
    String boot,
    NodeRole role,
    String pop,
    String address,
    @Nullable String log,
    long appliedSequence,
    NodeState state,
    boolean leaving,
    List<Failure> failures,
    Map<String, Long> matched,
    Map<String, WarmReceipt> warmed) {

  /**
   * An entry that a node could not apply in full.
   *
   * @param sequence the entry's
   * @param detail why, for people
   */
  public record Failure(long sequence, String detail) {}

  /** Copies the collections. */
  public NodeReport {
    failures = List.copyOf(failures);
    matched = Map.copyOf(matched);
    warmed = Map.copyOf(warmed);
  }

  /** A report without warms. */
  public NodeReport(
      String boot,
      NodeRole role,
      String pop,
      String address,
      @Nullable String log,
      long appliedSequence,
      NodeState state,
      boolean leaving,
      List<Failure> failures,
      Map<String, Long> matched) {
    this(
        boot,
        role,
        pop,
        address,
        log,
        appliedSequence,
        state,
        leaving,
        failures,
        matched,
        Map.of());
  }
}
