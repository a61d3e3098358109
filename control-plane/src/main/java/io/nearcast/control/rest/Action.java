package io.nearcast.control.rest;

/** Answers one call. Runs on the request's own virtual thread and may block. */
@FunctionalInterface
interface Action {

  /** Answers, or throws a refusal that becomes a problem document. */
  void answer(Call call) throws Exception;
}
