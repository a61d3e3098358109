package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Field;
import io.nearcast.control.problem.Refusal.Reason;
import java.util.List;

/** Answers with problem documents (RFC 9457). */
final class ProblemAnswer {
  static final String CONTENT_TYPE = "application/problem+json";

  private static final String RETRY_SECONDS = "1";

  private ProblemAnswer() {}

  /** Answers with what a refusal says. */
  static void write(Context context, Refusal refusal) {
    Reason reason = refusal.reason();
    switch (reason) {
      case UNAUTHENTICATED -> context.header("WWW-Authenticate", challenge(context));
      case OVERLOADED, UNAVAILABLE -> context.header("Retry-After", RETRY_SECONDS);
      default -> {}
    }
    write(context, reason.status(), reason.title(), refusal.detail(), refusal.fields());
  }

  /** RFC 6750 section 3: an error code only where a token was sent. */
  private static String challenge(Context context) {
    return context.header("Authorization") == null
        ? "Bearer realm=\"nearcast\""
        : "Bearer realm=\"nearcast\", error=\"invalid_token\"";
  }

  /** Answers with what is wrong with a body. */
  static void write(Context context, InvalidDocument invalid) {
    List<Field> fields =
        invalid.problems().stream()
            .map(problem -> new Field(problem.pointer(), problem.detail()))
            .toList();
    Reason reason = invalid.malformed() ? Reason.MALFORMED : Reason.INVALID;
    write(context, new Refusal(reason, String.valueOf(invalid.getMessage()), fields));
  }

  /** Answers that something here is broken, without saying what to strangers. */
  static void writeBug(Context context) {
    write(
        context,
        500,
        "The control plane has failed",
        "the log of the control plane says why",
        List.of());
  }

  private static void write(
      Context context, int status, String title, String detail, List<Field> fields) {
    context
        .status(status)
        .result(document(status, title, detail, fields))
        .contentType(CONTENT_TYPE);
  }

  /** A problem document that is about no field. */
  static byte[] document(int status, String title, String detail) {
    return document(status, title, detail, List.of());
  }

  private static byte[] document(int status, String title, String detail, List<Field> fields) {
    ObjectNode problem =
        Documents.mapper()
            .createObjectNode()
            .put("type", "about:blank")
            .put("title", title)
            .put("status", status)
            .put("detail", detail);
    ArrayNode errors = problem.putArray("errors");
    fields.forEach(
        field -> errors.addObject().put("pointer", field.pointer()).put("detail", field.detail()));
    return Documents.writeJson(problem);
  }
}
