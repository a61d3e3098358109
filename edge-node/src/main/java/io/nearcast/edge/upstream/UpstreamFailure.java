package io.nearcast.edge.upstream;

/** Why there is no answer, or no whole one, from an upstream; {@link #target} was asked last. */
public sealed interface UpstreamFailure {

  /** Whom the failure is about. */
  Target target();

  /** One line for logs: what happened, without the target. */
  String detail();

  /** The target could not be resolved or connected to, or its certificate is not to be trusted. */
  record CouldNotConnect(Target target, String detail) implements UpstreamFailure {}

  /** The target took too long; {@code stage} says with what. */
  record TimedOut(Target target, Stage stage) implements UpstreamFailure {
    @Override
    public String detail() {
      return "timed out " + stage.words;
    }
  }

  /** The target closed the connection before the answer was complete. */
  record ClosedEarly(Target target, boolean beforeHead, String detail) implements UpstreamFailure {}

  /**
   * The target sent what is not HTTP/1.1 (RFC 9112), or what two readers could read differently.
   */
  record Malformed(Target target, String detail) implements UpstreamFailure {}

  /** The shield does not say what its answer is as of, so that it may be of before a purge. */
  record Unstated(Target target) implements UpstreamFailure {
    @Override
    public String detail() {
      return "does not say what its answer is as of: do the tiers have the same key?";
    }
  }

  /** As many connections to the target are open as {@link UpstreamLimits} allows. */
  record NoCapacity(Target target) implements UpstreamFailure {
    @Override
    public String detail() {
      return "all connections are in use";
    }
  }

  /** What an upstream was waited for. */
  enum Stage {
    /** Resolving its name, connecting to it, and the TLS handshake. */
    CONNECT("while connecting"),
    /** Taking the request's body. */
    REQUEST("while it took the request"),
    /** The head of the answer, counted from the end of the request. */
    HEAD("before its answer began"),
    /** The next bytes of the answer. */
    BODY("within its answer");

    private final String words;

    Stage(String words) {
      this.words = words;
    }
  }
}
