package io.nearcast.router.pick;

/** What the location of a client was taken from. */
public enum Located {
  /** An entry of the operator's CIDR map. */
  CIDR_MAP("cidr-map"),
  /** The coordinates in a database. */
  COORDINATES("coordinates"),
  /** The country in a database, by its centroid. */
  COUNTRY("country"),
  /** Nothing is known of it. */
  DEFAULT_POP("default-pop");

  private final String word;

  Located(String word) {
    this.word = word;
  }

  /** The word for it in answers, logs and metrics. */
  public String word() {
    return word;
  }
}
