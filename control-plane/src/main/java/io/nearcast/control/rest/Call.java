package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.InvalidField;
import io.nearcast.config.model.Names;
import io.nearcast.control.auth.Principal;
import io.nearcast.control.auth.Tokens;
import io.nearcast.control.catalog.Etag;
import io.nearcast.control.catalog.Precondition;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One request and its answer. Belongs to the request's thread. */
final class Call {
  /** The most bytes that a body may have. */
  static final int BODY_BYTES_MAX = Documents.BYTES_MAX;

  private static final String BEARER = "bearer ";

  private final Context context;
  private final Tokens tokens;
  private @Nullable Principal principal;

  Call(Context context, Tokens tokens) {
    this.context = context;
    this.tokens = tokens;
  }

  /** Javalin's own view, for what this class has nothing for. */
  Context context() {
    return context;
  }

  /** Who asks. */
  Principal principal() {
    Principal known = principal;
    if (known == null) {
      known = tokens.authenticate(bearer());
      principal = known;
    }
    return known;
  }

  private @Nullable String bearer() {
    String header = context.header("Authorization");
    return header != null && header.toLowerCase(Locale.ROOT).startsWith(BEARER)
        ? header.substring(BEARER.length()).strip()
        : null;
  }

  /** A part of the path, decoded. */
  String path(String name) {
    return context.pathParam(name);
  }

  /** A part of the path that is to become a name. */
  String newName(String parameter) {
    String name = path(parameter);
    try {
      Names.checkName("/" + parameter, name);
    } catch (InvalidField e) {
      throw Refusal.invalid(e.pointer(), e.detail());
    }
    return name;
  }

  /** A parameter of the query, or null. */
  @Nullable String query(String name) {
    return context.queryParam(name);
  }

  /** A parameter of the query that is a whole number of a range, or null. */
  @Nullable Long number(String name, long min, long max) {
    String text = query(name);
    if (text == null) {
      return null;
    }
    long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    if (number < min || number > max) {
      throw Refusal.invalid("/" + name, "must be a whole number from " + min + " to " + max);
    }
    return number;
  }

  /** What the headers say must hold. */
  Precondition precondition() {
    return new Precondition(context.header("If-Match"), context.header("If-None-Match"));
  }

  /** The body as a document. */
  <T> T body(Class<T> type) {
    byte[] body = bodyBytes();
    return isYaml() ? Documents.readYaml(type, body) : Documents.readJson(type, body);
  }

  /** The body as a document that has the name of the path, and may leave its own out. */
  <T> T bodyNamed(Class<T> type, String name) {
    JsonNode tree = body(JsonNode.class);
    if (tree instanceof ObjectNode object) {
      if (!object.has("name")) {
        object.put("name", name);
      } else if (!name.equals(object.path("name").textValue())) {
        throw Refusal.invalid("/name", "must be " + name + ", as in the path, or left out");
      }
    }
    return Documents.readJson(type, Documents.writeJson(tree));
  }

  private boolean isYaml() {
    String type = context.contentType();
    return type != null && type.toLowerCase(Locale.ROOT).contains("yaml");
  }

  private byte[] bodyBytes() {
    try {
      byte[] body = context.req().getInputStream().readNBytes(BODY_BYTES_MAX + 1);
      if (body.length > BODY_BYTES_MAX) {
        throw new Refusal(Reason.TOO_LARGE, "a body has at most " + BODY_BYTES_MAX + " bytes");
      }
      return body;
    } catch (IOException e) {
      throw new Refusal(Reason.MALFORMED, "the body ended early");
    }
  }

  /** Answers with a document. */
  void reply(int status, Object document) {
    replyJson(status, Documents.writeJson(document));
  }

  /** Answers with what is JSON already. */
  void replyJson(int status, byte[] json) {
    context.status(status).result(json).contentType("application/json");
  }

  /** Answers with a document that has an ETag; 304 where the client has it already. */
  void replyTagged(int status, Object document) {
    String etag = Etag.of(document);
    context.header("ETag", etag);
    String known = context.header("If-None-Match");
    if (known != null
        && context.req().getMethod().equals("GET")
        && Precondition.matches(known.replace("W/", ""), etag)) {
      context.status(304);
      return;
    }
    reply(status, document);
  }

  /** Whether the client wants no body. */
  boolean isHead() {
    return context.req().getMethod().equals("HEAD");
  }

  /** Answers that it is done, without a body. */
  void replyDone() {
    context.status(204);
  }

  /** Says where what was made can be found. */
  void location(String path) {
    context.header("Location", path);
  }

  /** A header of the request, or null. */
  @Nullable String header(String name) {
    return context.header(name);
  }

  /** The lines of a header of the request. */
  List<String> headers(String name) {
    return Collections.list(context.req().getHeaders(name));
  }

  /** A parameter of the query that must be there. */
  long required(@Nullable Long number, String name) {
    if (number == null) {
      throw Refusal.invalid("/" + name, "is missing: add ?" + name + "=");
    }
    return Objects.requireNonNull(number);
  }
}
