package io.nearcast.edge.rules;

import io.nearcast.config.model.Coding;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.edge.rules.CacheControl.Directive;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which responses have coded forms, and how their heads differ (RFC 9110 sections 7.7, 8.4 and
 * 12.5). A coded form is another representation of the same resource: what is stored stays as it
 * came, and its forms are derived from it.
 */
public final class ContentCodings {
  private static final String VARY = "Vary";
  private static final String ACCEPT_ENCODING = "Accept-Encoding";

  private ContentCodings() {}

  /**
   * Whether a response is offered in coded forms.
   *
   * @param length of its body in bytes, -1 where it is not known yet: then it may become one
   */
  public static boolean eligible(ResponseHead response, long length, CompressionPolicy policy) {
    Fields fields = response.fields();
    // The whole of a representation, and none that is derived from one.
    if (policy.off() || response.status() != 200) {
      return false;
    }
    // Below, the head weighs more than what is saved; above, the work would hold up all others.
    if (length >= 0 && (length < policy.minSize().bytes() || length > CompressionPolicy.SIZE_MAX)) {
      return false;
    }
    return profits(fields.first("Content-Type"), policy)
        && !describesTheBytes(fields)
        && !noTransform(fields);
  }

  /** Whether the media type is one of those that are compressed. */
  private static boolean profits(@Nullable String contentType, CompressionPolicy policy) {
    if (contentType == null) {
      return false;
    }
    int semicolon = contentType.indexOf(';');
    String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    String lower = type.strip().toLowerCase(Locale.ROOT);
    return policy.types().stream().anyMatch(pattern -> matches(pattern, lower));
  }

  private static boolean matches(String pattern, String type) {
    int star = pattern.indexOf('*');
    return star < 0
        ? pattern.equals(type)
        : type.length() >= pattern.length() - 1
            && type.startsWith(pattern.substring(0, star))
            && type.endsWith(pattern.substring(star + 1));
  }

  /**
   * What is coded already is not coded again; a digest (RFC 9530, RFC 3230, Content-MD5) or a
   * signature (RFC 9421) is of the bytes, or of fields, that a coded form has not.
   */
  private static boolean describesTheBytes(Fields fields) {
    for (int i = 0; i < fields.size(); i++) {
      switch (fields.name(i).toLowerCase(Locale.ROOT)) {
        case "content-encoding", "content-range", "content-md5" -> {
          return true;
        }
        case "content-digest", "repr-digest", "digest", "signature-input" -> {
          return true;
        }
        default -> {
          // Holds for the coded form as well, or is replaced there.
        }
      }
    }
    return false;
  }

  /** "An intermediary MUST NOT transform the content" (RFC 9111 sections 5.2.1.6 and 5.2.2.6). */
  private static boolean noTransform(Fields response) {
    return CacheControl.parse(response, "Cache-Control").has(Directive.NO_TRANSFORM)
        || ResponseControl.of(response).directives().has(Directive.NO_TRANSFORM);
  }

  /**
   * The value by which a request chooses among forms, or null. Without it "any content coding is
   * considered acceptable", but clients that say nothing seldom expect one.
   */
  public static @Nullable String acceptEncoding(Fields request) {
    return request.combined(ACCEPT_ENCODING);
  }

  /**
   * Whether a request must have the stored form whatever it accepts: its client forbids
   * transformations, or asks for ranges, which are those of the stored form.
   */
  public static boolean storedFormOnly(Fields request) {
    for (int i = 0; i < request.size(); i++) {
      String name = request.name(i);
      if ((name.length() == 5 && name.equalsIgnoreCase("Range"))
          || (name.length() == 13
              && name.equalsIgnoreCase("Cache-Control")
              && CacheControl.parse(List.of(request.value(i))).has(Directive.NO_TRANSFORM))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a range must not be given, because the client may mean another form's bytes: it takes
   * codings, and names what it has by a date, which is the same for all forms (section 13.1.5). One
   * that names it by its entity tag is told apart, for a coded form's is weak.
   *
   * @param accepted what the request takes
   */
  public static boolean rangeIsAmbiguous(Fields request, AcceptedCodings accepted) {
    String ifRange = request.first("If-Range");
    return ifRange != null
        && !accepted.equals(AcceptedCodings.NONE)
        && EntityTag.parse(ifRange) == null;
  }

  /**
   * The head of an eligible response as it is sent without coding: "an origin server SHOULD
   * generate a Vary header field on a cacheable response when it wishes that response to be
   * selectively reused" (section 12.5.5), and that holds for whoever selects.
   */
  public static ResponseHead identity(ResponseHead stored) {
    return stored.withFields(varying(stored.fields()));
  }

  /**
   * The head of a response's coded form. Its entity tag is weak, for two forms that differ in their
   * bytes must not have one strong tag (section 8.8.3.3). It does not invite ranges, for those
   * given are of the stored form. Content-Length is for whoever knows it.
   */
  public static ResponseHead coded(ResponseHead stored, Coding coding) {
    Fields fields =
        varying(stored.fields())
            .without("Accept-Ranges")
            .without("Content-Length")
            .with("Content-Encoding", coding.token());
    String tag = fields.first("ETag");
    return stored.withFields(
        tag == null || tag.startsWith("W/") ? fields : fields.with("ETag", "W/" + tag));
  }

  /** The head of an eligible response in a form; null for the stored one. */
  public static ResponseHead form(ResponseHead stored, @Nullable Coding coding) {
    return coding == null ? identity(stored) : coded(stored, coding);
  }

  private static Fields varying(Fields fields) {
    String vary = fields.combined(VARY);
    if (vary == null) {
      return fields.with(VARY, ACCEPT_ENCODING);
    }
    for (String name : ListReader.members(List.of(vary))) {
      if (name.equals("*") || name.equalsIgnoreCase(ACCEPT_ENCODING)) {
        return fields;
      }
    }
    return fields.with(VARY, vary.isBlank() ? ACCEPT_ENCODING : vary + ", " + ACCEPT_ENCODING);
  }
}
