package io.nearcast.edge.flow;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Coding;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.edge.http.Request;
import io.nearcast.edge.http.ResponseEncoder;
import io.nearcast.edge.http.ServerResponse;
import io.nearcast.edge.http.ServerResponse.Framing;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.ContentCodings;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.HopByHop;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Trailers;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.SentHeads;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandler;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answer to one request: conditions and ranges are decided here, the head is put
 * together, the body handed to a {@link BodyWriter}; then the request is logged and counted.
 *
 * <p>Confined to the client's event loop. Answers once; everything after that is ignored.
 */
final class Responder {
  /** A body up to here is copied behind its head: one buffer, one write. */
  private static final int COPY_MAX = 16 * 1024;

  private final Engine engine;
  private final Request request;
  private final RequestHead head;
  private final ServerResponse response;
  private final long beganNanos = System.nanoTime();

  private @Nullable CacheKey key;
  private boolean tier;
  private boolean passTags;
  private CompressionPolicy compression = CompressionPolicy.OFF;
  private boolean answered;
  private boolean logged;
  private int status;
  private Outcome outcome = Outcome.own(Reason.URI_MISS, null);
  private Fields sentFields = Fields.EMPTY;
  private @Nullable Coding sentCoding;
  private @Nullable BodyWriter writer;

  Responder(Engine engine, Request request, ServerResponse response) {
    this.engine = engine;
    this.request = request;
    this.head = request.head();
    this.response = response;
  }

  /** Says what counts for the request, once it is known. */
  void route(Routed routed) {
    CachePolicy policy = routed.policy().cache();
    key = routed.key();
    tier = routed.fromTier();
    passTags = policy.passTags();
    // Only who faces clients codes for them; a tier gets what is stored, of which it makes its own.
    compression = tier || engine.shield() ? CompressionPolicy.OFF : policy.compression();
  }

  // From the store

  /** Answers from a stored response, whose reference passes. */
  void stored(StoredResponse stored, Outcome said, Position applied) {
    SentHeads heads = engine.forms().heads(stored, compression);
    Coding coding =
        heads.eligible()
            ? engine.forms().choose(stored.body(), stored.key(), head, compression)
            : null;
    SlabBody body = Forms.body(stored.body(), coding);
    if (stored.content() == Content.Whole.ALL && plainAndSmall(body)) {
      whole(stored, heads, coding, body, said);
      stored.release();
      return;
    }
    Answer answer = Answer.of(stored, Answer.asOf(applied));
    answer(answer, heads.eligible(), coding, said, Responder::source, _ -> {});
  }

  private static BodySource source(Answer answer) {
    return new FilledBody(answer.body(), answer.offset(), _ -> {});
  }

  /** The most frequent answer: all of a small body, to a client without conditions. */
  private boolean plainAndSmall(SlabBody body) {
    if (tier || body.length() > COPY_MAX || !head.method().equals("GET")) {
      return false;
    }
    Fields fields = head.fields();
    for (int i = 0; i < fields.size(); i++) {
      String name = fields.name(i);
      char first = (char) (name.charAt(0) | 0x20);
      if ((first == 'i' && name.regionMatches(true, 0, "If-", 0, 3))
          || (first == 'r' && name.equalsIgnoreCase("Range"))) {
        return false;
      }
    }
    return true;
  }

  private void whole(
      StoredResponse stored,
      SentHeads heads,
      @Nullable Coding coding,
      SlabBody body,
      Outcome said) {
    answered = true;
    outcome = said;
    status = stored.head().status();
    sentFields = stored.head().fields();
    sentCoding = coding;
    int length = (int) body.length();
    byte[] lasting = heads.bytes(coding);
    // The head with tags is for the few services that pass them on; it is not kept.
    if (passTags || lasting.length == 0) {
      ResponseHead sent =
          heads.eligible() ? ContentCodings.form(stored.head(), coding) : stored.head();
      lasting = engine.heads().whole(response.allocator(), sent, length, passTags);
      if (!passTags) {
        stored.sentHeads(heads.with(coding, lasting));
      }
    }
    ByteBuf out = response.allocator().buffer(lasting.length + length + 192);
    out.writeBytes(lasting);
    behind(out, stored.head().fields(), stored.freshness());
    body.copyTo(0, out, length);
    response.head(out, Framing.LENGTH, length);
    response.end();
    if (coding != null) {
      engine.forms().sent(coding, stored.body().length() - length);
    }
    log();
  }

  /** What differs from answer to answer: Age, Cache-Status, Connection, and the empty line. */
  private void behind(ByteBuf out, Fields fields, @Nullable Freshness freshness) {
    Long ttl = null;
    if (freshness != null) {
      long now = engine.nowMillis();
      if (outcome.fromCache() || fields.has("Age")) {
        ClientHeads.age(out, freshness, now);
      }
      ttl = ClientHeads.ttlSeconds(freshness, now);
    } else {
      String age = fields.first("Age");
      if (age != null) {
        ResponseEncoder.field(out, "Age", age);
      }
    }
    engine.heads().cacheStatus(out, fields, outcome, ttl, key);
    ClientHeads.connection(out, request.http10(), response.persistent());
    ResponseEncoder.end(out);
  }

  // From the store or from a fill

  /**
   * Answers from a stored or growing response.
   *
   * @param answer its body's reference passes
   * @param opening makes what the body is read from, of the form that is sent; takes over the
   *     reference to its body
   * @param listener hears when the answer is over
   */
  void answer(
      Answer answer,
      Outcome said,
      Function<Answer, BodySource> opening,
      BodyWriter.Listener listener) {
    SlabBody body = answer.body();
    boolean eligible =
        answer.freshness() != null
            && answer.content() == Content.Whole.ALL
            && ContentCodings.eligible(answer.head(), answer.length(), compression);
    Coding coding =
        eligible && key != null && body != null && body.complete()
            ? engine.forms().choose(body, key, head, compression)
            : null;
    answer(answer, eligible, coding, said, opening, listener);
  }

  /**
   * @param eligible whether the response is offered in coded forms
   * @param coding of the form that is sent, null for the stored one
   */
  private void answer(
      Answer from,
      boolean eligible,
      @Nullable Coding coding,
      Outcome said,
      Function<Answer, BodySource> opening,
      BodyWriter.Listener listener) {
    Answer answer = eligible ? Forms.as(from, coding) : from;
    BodySource source = opening.apply(answer);
    if (answered || response.ended()) {
      source.close();
      listener.over(false);
      return;
    }
    answered = true;
    outcome = said;
    boolean rangeable = !(eligible && rangeIsAmbiguous());
    Portion portion = Portion.of(head, key, answer, rangeable, tier, engine);
    if (coding != null && portion.isWhole(answer) && head.method().equals("GET")) {
      engine.forms().sent(coding, from.length() - answer.length());
    }
    if (portion.parts().isEmpty()) {
      withoutBody(answer, portion.head(), source, listener);
    } else {
      body(answer, portion, source, listener);
    }
  }

  /** The first byte that the request wants of an answer, -1 where it wants none of its body. */
  long firstByte(Answer answer) {
    return head.method().equals("HEAD")
        ? -1
        : Portion.of(head, key, answer, true, tier, engine).firstByte();
  }

  private boolean rangeIsAmbiguous() {
    Fields fields = head.fields();
    return ContentCodings.rangeIsAmbiguous(fields, engine.forms().accepted(fields));
  }

  private void withoutBody(
      Answer answer, ResponseHead sent, BodySource source, BodyWriter.Listener listener) {
    status = sent.status();
    ByteBuf out = begin(sent);
    if (status == 416) {
      ResponseEncoder.field(out, "Content-Length", "0");
    }
    behind(out, tierFields(out, answer), answer.freshness());
    response.head(out, Framing.LENGTH, 0);
    finish(source, listener);
  }

  private ByteBuf begin(ResponseHead first) {
    sentFields = first.fields();
    ByteBuf out = response.allocator().buffer(1_024);
    ResponseEncoder.statusLine(out, first.status());
    ResponseEncoder.fields(out, engine.heads().lasting(first, tier, passTags));
    return out;
  }

  /** Writes what only a tier hears, and returns the fields that Cache-Status goes on from. */
  private Fields tierFields(ByteBuf out, Answer answer) {
    if (tier) {
      Fields asOf =
          Tiers.withAsOf(Fields.EMPTY, new Position(answer.asOf().log(), answer.asOf().sequence()));
      ResponseEncoder.fields(out, asOf);
    }
    return answer.head().fields();
  }

  private void body(
      Answer answer, Portion portion, BodySource source, BodyWriter.Listener listener) {
    status = portion.head().status();
    long length = portion.length();
    boolean bodiless =
        head.method().equals("HEAD") || status == 204 || status == 304 || length == 0;
    Framing framing = length >= 0 || bodiless ? Framing.LENGTH : response.unknownLength();
    ByteBuf out = begin(portion.head());
    String statedLength = answer.head().fields().first("Content-Length");
    if (head.method().equals("HEAD") && answer.body() == null) {
      // An answer to HEAD has the length of a body that does not come.
      if (statedLength != null) {
        // The same one may have come as a list (RFC 9110 section 8.6).
        int comma = statedLength.indexOf(',');
        ResponseEncoder.field(
            out,
            "Content-Length",
            comma < 0 ? statedLength : statedLength.substring(0, comma).strip());
      }
    } else if (length >= 0 && status != 204 && status != 304) {
      ResponseEncoder.field(out, "Content-Length", String.valueOf(length));
    } else if (framing == Framing.CHUNKED && !bodiless) {
      ResponseEncoder.field(out, "Transfer-Encoding", "chunked");
    }
    if (framing == Framing.CLOSE && !bodiless) {
      response.closeAfter();
    }
    behind(out, tierFields(out, answer), answer.freshness());
    response.head(out, bodiless ? Framing.LENGTH : framing, 0);
    if (bodiless) {
      finish(source, listener);
      return;
    }
    BodyWriter body =
        new BodyWriter(response, source, portion.parts(), portion.after(), new Ending(listener));
    writer = body;
    body.pump();
  }

  private void finish(BodySource source, BodyWriter.Listener listener) {
    source.close();
    response.end();
    log();
    listener.over(true);
  }

  /** Logs when the body is over, then tells who else wants to know. */
  private final class Ending implements BodyWriter.Listener {
    private final BodyWriter.Listener next;

    Ending(BodyWriter.Listener next) {
      this.next = next;
    }

    @Override
    public void over(boolean complete) {
      if (!complete) {
        engine.metrics().brokenTransfer();
      }
      log();
      next.over(complete);
    }
  }

  /** There is more of the body, or the client takes more. */
  void pump() {
    if (writer != null) {
      writer.pump();
    }
  }

  /** Says what comes behind the body, before its end is written. */
  void trailers(Fields trailers) {
    if (writer != null && Trailers.wanted(head.fields())) {
      writer.trailers(trailers);
    }
  }

  /** Passes a 101 on, after which the connection is the handler's; false if the client is gone. */
  boolean switched(ResponseHead head, ChannelInboundHandler handler) {
    if (answered || response.ended()) {
      return false;
    }
    answered = true;
    outcome = Outcome.forwarded(Reason.UPGRADE, 101, false, null);
    status = 101;
    Fields fields = HopByHop.forClient(head.fields());
    ByteBuf out = begin(new ResponseHead(101, fields));
    engine.heads().cacheStatus(out, fields, outcome, null, key);
    ResponseEncoder.field(out, "Connection", "Upgrade");
    ResponseEncoder.field(out, "Upgrade", "websocket");
    ResponseEncoder.end(out);
    log();
    return response.switchTo(out, handler);
  }

  // The node's own answers

  /** Answers that there is no answer from upstream. */
  void failed(UpstreamFailure failure, Reason reason) {
    own(OwnAnswer.failed(failure, reason));
  }

  /** Answers with an error of this node's own; nothing was asked of an upstream. */
  void refuse(int code, Reason reason, String detail) {
    own(OwnAnswer.refused(code, reason, detail));
  }

  /** Answers with what this node has to say itself. */
  void own(OwnAnswer own) {
    if (answered || response.ended()) {
      return;
    }
    answered = true;
    outcome = own.outcome();
    status = own.status();
    ByteBuf out = response.allocator().buffer(512);
    ResponseEncoder.statusLine(out, status);
    Fields fields = own.fields(tier, engine.nowMillis());
    // An answer of this node's own has nothing in it that could have been purged.
    ResponseEncoder.fields(out, tier ? Tiers.withAsOf(fields, engine.purges().applied()) : fields);
    behind(out, Fields.EMPTY, null);
    boolean bodiless = head.method().equals("HEAD");
    if (!bodiless) {
      out.writeBytes(own.text());
    }
    response.head(out, Framing.LENGTH, bodiless ? 0 : own.text().length);
    response.end();
    response.flush();
    log();
  }

  /** The client is gone. */
  void gone() {
    answered = true;
    if (writer != null) {
      writer.cancel();
    } else {
      status = AccessLog.CLIENT_GONE;
      log();
    }
  }

  private void log() {
    if (!logged) {
      logged = true;
      long tookNanos = System.nanoTime() - beganNanos;
      engine.metrics().answered(outcome, response.bodyBytes());
      engine
          .accessLog()
          .add(
              new AccessLog.Entry(
                  engine.nowMillis(),
                  response.client(),
                  request,
                  status,
                  response.bodyBytes(),
                  outcome,
                  tookNanos,
                  sentFields,
                  sentCoding));
    }
  }
}
