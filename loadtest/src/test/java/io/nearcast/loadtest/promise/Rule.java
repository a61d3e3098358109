package io.nearcast.loadtest.promise;

/** A rule of the purge protocol that a simulation can be run without. */
enum Rule {
  /** Rule 1: what an answer is as of is what was applied when upstream was asked. */
  AS_OF_THE_ASKING,
  /** Rule 2: the epoch at which an object was checked starts at its asOf. */
  CHECKED_SINCE_AS_OF,
  /** Rule 3: nothing is used whose asOf is below the forgotten horizon. */
  NOTHING_BELOW_THE_HORIZON,
  /** Rule 4: a later soft purge does not soften a hard one. */
  HARD_AND_SOFT_APART,
  /** Rule 6: a sequence is reported once its stamps count. */
  STAMPS_BEFORE_REPORT,
  /** Rule 6: a sequence is reported once it is on disk. */
  DISK_BEFORE_REPORT,
  /** Rule 8: nobody joins a fill that a newer stamp touches. */
  FENCED_FILLS,
  /** Rule 8: any tag stamp counts until the head has come. */
  TAGS_UNKNOWN_BEFORE_THE_HEAD,
  /** Rule 9: an edge tells the shield the newest stamp that could matter. */
  MIN_IS_SENT,
  /** Rule 9: a tier joins only a fill whose floor is at least its min. */
  FLOOR_AT_LEAST_MIN,
  /** Rule 10: who waited is told the asOf of the fill. */
  WAITERS_TOLD_THE_FILLS_AS_OF,
  /** Rule 11: a request without a lease joins no fill that was sent before it came. */
  UNLEASED_JOINS_NOTHING_EARLIER,
  /** Rule 12: nothing stale is served without a lease, nor by a shield that is behind. */
  NOTHING_STALE_UNPROVEN,
  /** Rule 14: N+1 after N and nothing else. */
  NO_GAPS,
  /** Rule 15: a snapshot is a hard stamp on everything before it. */
  SNAPSHOT_PURGES,
  /** Rule 16: sequences of another log say nothing. */
  LOGS_HAVE_NAMES,
  /** Rule 17: an edge without a lease says so to the shield. */
  UNLEASED_SAYS_SO,
  /** Rule 18: a lease is held only once the watermark is applied. */
  WATERMARK_FIRST,
  /** Leases count from when the report was sent. */
  LEASE_FROM_THE_ASKING,
  /** A node that no control plane knows does not take itself for known after a restart. */
  KNOWN_IS_ON_DISK,
  /** Rule 20: a control plane that starts waits one lease. */
  START_WAITS_ONE_LEASE,
  /** Rule 22: a member that is removed counts until its lease has ended. */
  REMOVED_AFTER_THE_LEASE,
  /** Rule 23: a jump of the clock is a lapse. */
  SUSPEND_IS_A_LAPSE,
  /** A purge waits for every edge that holds a lease. */
  COMPLETION_WAITS_FOR_LEASES
}
