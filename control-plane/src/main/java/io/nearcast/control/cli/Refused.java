package io.nearcast.control.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** Says that the control plane has refused a request, or cannot be asked at all. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private Refused(String message) {
    super(message);
  }

  /** What a problem document says, with one line for each wrong field. */
  static Refused by(int status, JsonNode problem) {
    StringBuilder text = new StringBuilder();
    JsonNode errors = problem.path("errors");
    if (errors.isEmpty()) {
      text.append(problem.path("detail").asText("the answer is no problem document"));
    } else {
      text.append(problem.path("title").asText());
    }
    text.append(" (HTTP ").append(status).append(')');
    for (JsonNode error : errors) {
      text.append(System.lineSeparator())
          .append("  ")
          .append(error.path("pointer").asText())
          .append(' ')
          .append(error.path("detail").asText());
    }
    return new Refused(text.toString());
  }

  /** Nobody has answered. */
  static Refused unreachable(String url, String why) {
    return new Refused(
        "no answer from " + url + " (" + why + "): start it, or name another with --control-plane");
  }

  /** The message, as {@link Throwable#getMessage} but never null. */
  String text() {
    return String.valueOf(getMessage());
  }
}
