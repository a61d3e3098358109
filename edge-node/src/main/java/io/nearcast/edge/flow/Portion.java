package io.nearcast.edge.flow;

import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Conditions;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.PartialContent;
import io.nearcast.edge.rules.Ranges;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.store.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What of an answer a request gets: by its conditions nothing, by its ranges some of it, else all.
 *
 * @param head as it is sent
 * @param length bytes of the body, -1 where that is not known yet
 * @param parts of the answer's body, empty where the head is all
 * @param after what is written behind the last part
 */
record Portion(ResponseHead head, long length, List<BodyWriter.Part> parts, String after) {

  /**
   * The portion that a request gets.
   *
   * @param key of the request, null where it has none
   * @param rangeable whether a range of this answer means something
   * @param tier whether it is another tier's, which hears all that may have changed
   */
  static Portion of(
      RequestHead request,
      @Nullable CacheKey key,
      Answer answer,
      boolean rangeable,
      boolean tier,
      Engine engine) {
    if (answer.freshness() != null
        && !(tier && byDateOnly(request, answer))
        && Conditions.evaluate(
                request,
                answer.head(),
                answer.freshness(),
                changedLately(request, key, answer, engine),
                engine.nowMillis())
            == Conditions.Outcome.NOT_MODIFIED) {
      Fields fields =
          tier
              ? Conditions.notModifiedFieldsForCache(answer.head())
              : Conditions.notModifiedFields(answer.head());
      return bodiless(new ResponseHead(304, fields, answer.head().http10()));
    }
    Ranges.Selection selection =
        rangeable && answer.freshness() != null && answer.length() >= 0
            ? selection(request, answer)
            : Ranges.Whole.ALL;
    return switch (selection) {
      case Ranges.Whole _ -> whole(answer);
      case Ranges.Single single -> single(answer, single);
      case Ranges.Several(List<Ranges.Single> parts) -> several(answer, parts);
      case Ranges.Unsatisfiable _ ->
          bodiless(
              new ResponseHead(
                  416,
                  Fields.of("Content-Range", Ranges.unsatisfiedContentRange(answer.length()))));
    };
  }

  /**
   * Whether a date is all that there is to compare. To compare it with Date, where there is no
   * Last-Modified, is for clients that made their own dates (RFC 9111 section 4.3.2): a tier would
   * join the head of one response with the body of another where clocks differ.
   */
  private static boolean byDateOnly(RequestHead request, Answer answer) {
    return !answer.head().fields().has("Last-Modified") && !request.fields().has("If-None-Match");
  }

  /**
   * Whether a purge, or an unsafe request for its URL, may be newer than a client's copy: also
   * where the answer is new and still grows. Only a date by itself does not show that, so that
   * nothing else needs to look.
   */
  private static boolean changedLately(
      RequestHead request, @Nullable CacheKey key, Answer answer, Engine engine) {
    return request.fields().has("If-Modified-Since")
        && byDateOnly(request, answer)
        && (engine.everPurged() || (key != null && engine.invalidations().lately(key)));
  }

  private static Ranges.Selection selection(RequestHead request, Answer answer) {
    if (answer.content() instanceof Content.Part(PartialContent part)) {
      // Nothing else is asked of a part: Decide.partAnswers.
      return part.find(request, answer.head())
              instanceof PartialContent.Found.Here(Ranges.Single here)
          ? here
          : Ranges.Unsatisfiable.NOTHING;
    }
    return Ranges.select(request, answer.head(), answer.length());
  }

  private static Portion bodiless(ResponseHead head) {
    return new Portion(head, 0, List.of(), "");
  }

  private static Portion whole(Answer answer) {
    long end = answer.length() < 0 ? BodyWriter.TO_THE_END : answer.length();
    return new Portion(answer.head(), answer.length(), List.of(BodyWriter.Part.of(0, end)), "");
  }

  private static Portion single(Answer answer, Ranges.Single range) {
    String contentRange =
        answer.content() instanceof Content.Part(PartialContent part)
            ? part.contentRange(range)
            : Ranges.contentRange(range, answer.length());
    Fields fields = ofOtherBytes(answer.head()).fields().with("Content-Range", contentRange);
    return new Portion(
        new ResponseHead(206, fields, answer.head().http10()),
        range.length(),
        List.of(BodyWriter.Part.of(range.first(), range.last() + 1)),
        "");
  }

  /** RFC 9110 section 14.6: multipart/byteranges. */
  private static Portion several(Answer answer, List<Ranges.Single> ranges) {
    String boundary = "nearcast-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    String type = answer.head().fields().first("Content-Type");
    List<BodyWriter.Part> parts = new ArrayList<>(ranges.size());
    long length = 0;
    for (Ranges.Single range : ranges) {
      String before =
          "\r\n--"
              + boundary
              + "\r\n"
              + (type == null ? "" : "Content-Type: " + type + "\r\n")
              + "Content-Range: "
              + Ranges.contentRange(range, answer.length())
              + "\r\n\r\n";
      parts.add(new BodyWriter.Part(before, range.first(), range.last() + 1));
      length += before.length() + range.length();
    }
    String after = "\r\n--" + boundary + "--\r\n";
    Fields fields =
        ofOtherBytes(answer.head())
            .fields()
            .with("Content-Type", "multipart/byteranges; boundary=" + boundary);
    ResponseHead head = new ResponseHead(206, fields, answer.head().http10());
    return new Portion(head, length + after.length(), parts, after);
  }

  /**
   * A head for other bytes of the same representation: digests of the content are of the bytes that
   * they came with, while Repr-Digest is of the whole (RFC 9530 sections 2 and 3).
   */
  static ResponseHead ofOtherBytes(ResponseHead head) {
    return head.withFields(head.fields().without(PartialContent::ofContent));
  }

  /** The first byte of the body that is sent; -1 where none is. */
  long firstByte() {
    return parts.isEmpty() || length == 0 ? -1 : parts.getFirst().from();
  }

  /** Whether it is all that there is, as it is. */
  boolean isWhole(Answer answer) {
    return head.equals(answer.head());
  }
}
