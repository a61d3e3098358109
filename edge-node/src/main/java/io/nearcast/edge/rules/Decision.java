package io.nearcast.edge.rules;

/** What to do with a request. The engine acts on it in one exhaustive switch. */
public sealed interface Decision {

  /** Why. */
  Reason reason();

  /** Answer from the stored response: it is fresh. */
  enum Hit implements Decision {
    /** The only one. */
    FRESH;

    @Override
    public Reason reason() {
      return Reason.FRESH;
    }
  }

  /** Answer from the stored response, though it is stale, and refresh it in the background. */
  record Stale(Reason reason) implements Decision {}

  /**
   * Ask upstream with the stored validators before answering; where there are none, ask for it
   * whole. What is stored may still serve on an error, see {@link StaleOnError}.
   */
  record Validate(Reason reason) implements Decision {}

  /** Ask upstream: nothing is stored that could answer. */
  record Miss(Reason reason) implements Decision {}

  /** Hand the request on as it is; join nothing, store nothing. */
  record Pass(Reason reason) implements Decision {}

  /**
   * Answer with an error of this cache's own.
   *
   * @param status the status code
   */
  record Refuse(int status, Reason reason) implements Decision {}
}
