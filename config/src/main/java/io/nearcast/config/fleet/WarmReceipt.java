package io.nearcast.config.fleet;

import java.util.List;

/**
 * What became of a warm at one node. Each URL is counted once.
 *
 * @param fetched URLs that the node has stored now, those that it had fresh before included
 * @param failed URLs that it could not fetch, or not store
 * @param skipped URLs that it did not ask for, because too many waited or it was stopped
 * @param errors why, of the first that failed, at most {@value #ERRORS_MAX}
 */
public record WarmReceipt(int fetched, int failed, int skipped, List<Failure> errors) {

  /** The most errors that a receipt names. */
  public static final int ERRORS_MAX = 10;

  /**
   * Why a URL could not be fetched.
   *
   * @param url the URL
   * @param detail for people
   */
  public record Failure(String url, String detail) {}

  /** Copies the list as far as it may go. */
  public WarmReceipt {
    errors = List.copyOf(errors.subList(0, Math.min(ERRORS_MAX, errors.size())));
  }
}
