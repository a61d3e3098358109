package io.nearcast.edge.admin;

import io.nearcast.config.json.Problem;
import java.util.List;

/** A request to the admin endpoint that cannot be done, and what to change. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final transient List<Problem> errors;

  Refused(int status, String detail, List<Problem> errors) {
    super(detail, null, false, false);
    this.status = status;
    this.errors = List.copyOf(errors);
  }

  /** One field that cannot be used. */
  static Refused field(String name, String detail) {
    return new Refused(422, "the request cannot be used", List.of(new Problem('/' + name, detail)));
  }

  int status() {
    return status;
  }

  String detail() {
    return String.valueOf(getMessage());
  }

  List<Problem> errors() {
    return errors;
  }
}
