package io.nearcast.loadtest.promise;

/** A rule of the purge protocol, or one sentence of it, that a simulation can be run without. */
enum Rule {
  /** What an answer is as of is what was applied when upstream was asked. */
  AS_OF_THE_ASKING(1),
  /** A 304 says no more than that. */
  VALIDATED_AS_OF_THE_ASKING(1),
  /** The epoch at which an object was checked starts at its asOf. */
  CHECKED_SINCE_AS_OF(2),
  /** Nothing is used whose asOf is below the forgotten horizon. */
  NOTHING_BELOW_THE_HORIZON(3),
  /** A later soft purge does not soften a hard one. */
  HARD_AND_SOFT_APART(4),
  /** At its bound a node merges stamps, and drops none. */
  MERGED_NOT_DROPPED(5),
  /** At their bound the stamps of a snapshot are merged, and none is dropped. */
  SNAPSHOTS_MERGE(5),
  /** A sequence is reported once its stamps count. */
  STAMPS_BEFORE_REPORT(6),
  /** A sequence is reported once it is on disk. */
  DISK_BEFORE_REPORT(6),
  /** A tier is told what was applied before the look-up, not at the reply. */
  AS_OF_BEFORE_THE_LOOK_UP(6),
  /** Slices of two versions are never taken for one object. */
  ONE_STRONG_VALIDATOR(7),
  /** Nobody joins a fill that a newer stamp touches. */
  FENCED_FILLS(8),
  /** A soft stamp fences, too. */
  SOFT_STAMPS_FENCE(8),
  /** Any tag stamp counts until the head has come. */
  TAGS_UNKNOWN_BEFORE_THE_HEAD(8),
  /** Nobody joins a fill begun below the forgotten horizon. */
  NO_JOINING_BELOW_THE_HORIZON(8),
  /** An edge tells the shield the newest stamp that could matter. */
  MIN_IS_SENT(9),
  /** A tier joins only a fill whose floor is at least its min. */
  FLOOR_AT_LEAST_MIN(9),
  /** Stamps by tag count for min. */
  MIN_COUNTS_TAGS(9),
  /** Soft stamps count for min. */
  MIN_COUNTS_SOFT_STAMPS(9),
  /** Min is never below the forgotten horizon. */
  MIN_NOT_BELOW_THE_HORIZON(9),
  /** Who waited is told the asOf of the fill. */
  WAITERS_TOLD_THE_FILLS_AS_OF(10),
  /** A client's request without a lease joins no fill that was sent before it came. */
  UNLEASED_JOINS_NOTHING_EARLIER(11),
  /** Nor does one that an edge passes on. */
  PASSED_ON_JOINS_NOTHING_EARLIER(11),
  /** Nothing stale is served without a lease. */
  NOTHING_STALE_WITHOUT_A_LEASE(12),
  /** Nothing stale is served by a shield behind min. */
  NOTHING_STALE_BEHIND_MIN(12),
  /** What was purged softly keeps its own asOf until it has been validated. */
  SOFTLY_PURGED_KEEPS_ITS_AS_OF(13),
  /** N+1 after N and nothing else. */
  NO_GAPS(14),
  /** A snapshot without stamps is a hard stamp on everything before it. */
  SNAPSHOT_PURGES(15),
  /** A snapshot carries the stamps that still matter. */
  SNAPSHOT_CARRIES_STAMPS(15),
  /** Its horizon is a hard stamp on everything before it. */
  HORIZON_PURGES(15),
  /** A restored store is a new log, of which the sequences of the old one say nothing. */
  LOGS_HAVE_NAMES(16),
  /** Control planes on a new log wait one lease. */
  NEW_LOG_WAITS_ONE_LEASE(16),
  /** A tier does not take the min of another log for one of its own. */
  MIN_NAMES_ITS_LOG(16),
  /** Nor an edge the asOf of another log. */
  AS_OF_NAMES_ITS_LOG(16),
  /** An edge without a lease says so to the shield. */
  UNLEASED_SAYS_SO(17),
  /** A purge waits for every edge that holds a lease. */
  COMPLETION_WAITS_FOR_LEASES(17),
  /** A lease is held only once the watermark is applied. */
  WATERMARK_FIRST(18),
  /** A node that registers is leased only once it has applied the head of then. */
  REGISTERED_AT_THE_HEAD(18),
  /** A node is counted before its watermark is read. */
  COUNTED_FIRST(18),
  /** Leases count from when the report was sent. */
  LEASE_FROM_THE_ASKING(18),
  /** A node that no control plane knows does not take itself for known after a restart. */
  KNOWN_IS_ON_DISK(18),
  /** The leases that other control planes have given count. */
  RECORDS_OF_OTHERS_COUNT(19),
  /** A node that moves is counted by the old control plane until its lease has ended. */
  MOVED_COUNTS_UNTIL_ITS_LEASE_ENDS(19),
  /** Members that report to other control planes count. */
  MEMBERS_OF_OTHERS_COUNT(19),
  /** A control plane gives leases only for a while after it has written its record. */
  LEASES_INSIDE_THE_SESSION(20),
  /** A record stays until the leases have ended that its control plane can have given. */
  RECORDS_OUTLIVE_THEIR_LEASES(20),
  /** The head is read once the record is there. */
  RECORD_BEFORE_HEAD(20),
  /** A watermark is never above the head, also where there are no edges. */
  WATERMARK_NOT_ABOVE_THE_HEAD(21),
  /** A record is written only as the next version of what is known. */
  COMPARE_AND_SET(21),
  /** A control plane that starts waits one lease. */
  START_WAITS_ONE_LEASE(20),
  /** A member that is removed counts until its lease has ended. */
  REMOVED_AFTER_THE_LEASE(22),
  /** A jump of the clock is a lapse. */
  SUSPEND_IS_A_LAPSE(23),
  /** A node's own purges are not compared with sequences of the log. */
  OWN_COUNTER(24),
  /** What a node has purged itself is fetched past the shield's copy. */
  OWN_PURGE_ASKS_THE_ORIGIN(24),
  /** Nor is it undone later by a shield that has something else than was validated. */
  OWN_PURGE_IS_NOT_UNDONE(24),
  /** A fill that asks for something else instead is as old as before. */
  OWN_EPOCH_OF_THE_LOOK_UP(24);

  private final int number;

  Rule(int number) {
    this.number = number;
  }

  /** Its number in PURGE.md. */
  int number() {
    return number;
  }
}
