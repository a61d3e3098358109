package io.nearcast.router.http;

/** What a server says to each request. Any thread; must not block. */
interface Pages {

  /** Answers a well-formed request. */
  Reply answer(Ask ask);

  /** Was told the status of each response, those to malformed requests too. */
  void answered(int status);
}
