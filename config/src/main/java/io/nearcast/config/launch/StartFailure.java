package io.nearcast.config.launch;

/**
 * A process cannot start, for a reason that its user can change. {@link Launch} prints the message
 * as one line on standard error and ends with {@link Launch#EXIT_USAGE}.
 */
public final class StartFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message what is wrong and what to change, one line
   */
  public StartFailure(String message) {
    super(message);
  }

  /**
   * @param message what is wrong and what to change, one line
   * @param cause what was caught
   */
  public StartFailure(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * A socket that cannot be bound.
   *
   * @param option the option that names the address, such as {@code --listen}
   * @param address what was to be bound
   * @param cause why not
   */
  public static StartFailure listening(String option, HostPort address, Throwable cause) {
    return new StartFailure(
        "cannot listen on "
            + address
            + " ("
            + cause.getMessage()
            + "): stop what uses it, or name another address with "
            + option,
        cause);
  }
}
