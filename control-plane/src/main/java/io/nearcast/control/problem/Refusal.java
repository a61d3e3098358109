package io.nearcast.control.problem;

import java.io.Serializable;
import java.util.List;

/** Says that a request is not carried out, that nothing has changed, and what to do about it. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  @SuppressWarnings("serial") // an immutable list of records of strings
  private final List<Field> fields;

  /**
   * One field that is wrong.
   *
   * @param pointer a JSON pointer (RFC 6901) into the request's body, or the name of a query
   *     parameter after a {@code /}
   * @param detail what is wrong and what to write instead
   */
  public record Field(String pointer, String detail) implements Serializable {}

  /** The kinds of refusals, with the HTTP status that each one becomes. */
  public enum Reason {
    /** The body is not JSON at all. */
    MALFORMED(400, "The body cannot be read"),
    /** A header of the request has a value that cannot work. */
    HEADER(400, "A header cannot be used"),
    /** There is no token, or nobody knows it, or it has expired. */
    UNAUTHENTICATED(401, "A token is needed"),
    /** The token's role or service does not allow it. */
    FORBIDDEN(403, "The token does not allow this"),
    /** There is no such thing. */
    ABSENT(404, "There is no such thing"),
    /** The path exists, but not with this method. */
    METHOD(405, "The method is not allowed here"),
    /** It contradicts what is there. */
    CONFLICT(409, "This conflicts with what is there"),
    /** What was asked for is not there any more. */
    GONE(410, "This is not there any more"),
    /** An {@code If-Match} or {@code If-None-Match} does not hold. */
    PRECONDITION(412, "The precondition does not hold"),
    /** The body, or what it would become, is too large. */
    TOO_LARGE(413, "This is too large"),
    /** The body has a format that is not read here. */
    MEDIA_TYPE(415, "The body has a format that is not read here"),
    /** Fields of the body or query have values that cannot work. */
    INVALID(422, "Some fields are wrong"),
    /** A bound has been reached; later there may be room. */
    OVERLOADED(429, "Too much is being asked at once"),
    /** The store cannot be reached, or the control plane is stopping. */
    UNAVAILABLE(503, "The control plane cannot do this now");

    private final int status;
    private final String title;

    Reason(int status, String title) {
      this.status = status;
      this.title = title;
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }

    /** The same short sentence each time, as RFC 9457 section 3.1.3 wants it. */
    public String title() {
      return title;
    }
  }

  /**
   * @param reason the kind
   * @param detail what is wrong this time, a sentence for people
   * @param fields the wrong fields, may be empty
   */
  public Refusal(Reason reason, String detail, List<Field> fields) {
    super(detail);
    this.reason = reason;
    this.fields = List.copyOf(fields);
  }

  /** A refusal that is not about fields. */
  public Refusal(Reason reason, String detail) {
    this(reason, detail, List.of());
  }

  /** One wrong field. */
  public static Refusal invalid(String pointer, String detail) {
    return new Refusal(Reason.INVALID, pointer + " " + detail, List.of(new Field(pointer, detail)));
  }

  /** Something that is not there. */
  public static Refusal absent(String what, String name) {
    return new Refusal(Reason.ABSENT, "there is no " + what + " " + name);
  }

  /** The kind. */
  public Reason reason() {
    return reason;
  }

  /** The wrong fields, may be empty. */
  public List<Field> fields() {
    return fields;
  }

  /** What is wrong this time. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
