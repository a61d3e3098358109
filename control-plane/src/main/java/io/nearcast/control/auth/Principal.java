package io.nearcast.control.auth;

import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param token the id of the token
 * @param role what its bearer may do
 * @param service the only service that it is good for, or null for all
 */
public record Principal(String token, Role role, @Nullable String service) {

  /** Refuses what the token does not allow. */
  public void require(Permission permission) {
    if (!role.may(permission)) {
      throw new Refusal(
          Reason.FORBIDDEN, "a token of the role " + Tokens.name(role) + " cannot do this");
    }
    if (service != null && permission == Permission.OPERATE) {
      throw new Refusal(Reason.FORBIDDEN, "the token is for the service " + service + " only");
    }
  }

  /** Refuses a token that is for another service. */
  public void requireService(String name) {
    if (!sees(name)) {
      throw new Refusal(Reason.FORBIDDEN, "the token is for the service " + service + " only");
    }
  }

  /** Whether the token is good for a service. */
  public boolean sees(String name) {
    return service == null || service.equals(name);
  }
}
