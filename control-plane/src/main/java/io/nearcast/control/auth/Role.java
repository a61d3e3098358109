package io.nearcast.control.auth;

/** What the bearer of a token is. */
public enum Role {
  /** May do everything. */
  ADMIN,
  /** Changes services, origins and PoPs, drains nodes, purges, reads. */
  EDITOR,
  /** Purges, and reads. */
  PURGER,
  /** Reads. */
  READER,
  /** Follows the feed and reports. */
  NODE;

  /** Whether the role includes a permission. */
  public boolean may(Permission permission) {
    return switch (this) {
      case ADMIN -> true;
      case EDITOR ->
          switch (permission) {
            case READ, PURGE, EDIT, OPERATE -> true;
            case ADMINISTER, NODE -> false;
          };
      case PURGER -> permission == Permission.READ || permission == Permission.PURGE;
      case READER -> permission == Permission.READ;
      case NODE -> permission == Permission.NODE;
    };
  }

  /** Whether a token of this role can be for one service only. */
  public boolean canBeRestricted() {
    return this == EDITOR || this == PURGER || this == READER;
  }
}
