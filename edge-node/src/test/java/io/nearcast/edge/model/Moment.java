package io.nearcast.edge.model;

import java.util.List;

/**
 * One step as it was observed: one request, or several at once.
 *
 * @param step its number
 * @param nowMillis the true time when it began
 * @param endMillis when it was over
 * @param failure what was wrong with the origin
 * @param visits what reached the origin
 * @param queries what clients asked
 * @param replies what each of them got
 */
record Moment(
    int step,
    long nowMillis,
    long endMillis,
    Failure failure,
    List<Visit> visits,
    List<Query> queries,
    List<Reply> replies) {

  /** Whether the origin gave a reason to serve stale content (RFC 5861 section 4). */
  boolean failed() {
    return failure != Failure.NONE
        || visits.stream().anyMatch(visit -> List.of(500, 502, 503, 504).contains(visit.status()));
  }

  boolean concurrent() {
    return queries.size() > 1;
  }

  List<Visit> visitsFor(Query query) {
    return visits.stream().filter(visit -> query.id().equals(visit.queryId())).toList();
  }
}
