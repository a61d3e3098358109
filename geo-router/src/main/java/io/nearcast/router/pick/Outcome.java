package io.nearcast.router.pick;

/** How far the picker had to go. */
public enum Outcome {
  /** The nearest PoP takes clients. */
  NEAREST("nearest"),
  /** Nearer PoPs have no edge that takes clients. */
  NEXT("nearer-not-serving"),
  /** No edge takes clients, so one that drains but answers does. */
  DRAINING("all-draining"),
  /** Everything looks down, which is more likely the prober's fault: all counts as up. */
  ALL_DOWN("all-down"),
  /** There is no edge at all with an address of the family. */
  NO_EDGE("no-edge");

  private final String word;

  Outcome(String word) {
    this.word = word;
  }

  /** The word for it in answers, logs and metrics. */
  public String word() {
    return word;
  }
}
