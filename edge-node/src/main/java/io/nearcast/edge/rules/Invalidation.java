package io.nearcast.edge.rules;

import io.nearcast.config.model.KeyPolicy;
import java.util.ArrayList;
import java.util.List;

/** What an unsafe request makes invalid (RFC 9111 section 4.4). */
public final class Invalidation {
  private Invalidation() {}

  /**
   * The targets (path and query, on the request's own host) whose stored responses are no longer to
   * be used; empty where the method is safe or the response an error.
   *
   * <p>"A cache MUST NOT trigger an invalidation under these conditions if the origin of the URI to
   * be invalidated differs from that of the target URI." What the key leaves out does not make
   * another origin here: who has one copy for http and https, as behind a balancer that ends TLS,
   * has one origin for both.
   *
   * @param request its authority is the one that the origin was asked by
   * @param key whether scheme and port count
   */
  public static List<String> targets(RequestHead request, ResponseHead response, KeyPolicy key) {
    boolean success = response.status() >= 200 && response.status() < 400;
    if (!success || !RequestTraits.Method.of(request.method()).invalidates()) {
      return List.of();
    }
    List<String> targets = new ArrayList<>(3);
    targets.add(request.target());
    for (String field : List.of("Location", "Content-Location")) {
      String reference = response.fields().first(field);
      // Another origin's content is not this one's to invalidate.
      String target =
          reference == null ? null : References.targetOnSameOrigin(request, reference, key);
      if (target != null && !targets.contains(target)) {
        targets.add(target);
      }
    }
    return targets;
  }
}
