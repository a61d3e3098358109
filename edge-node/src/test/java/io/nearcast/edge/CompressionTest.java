package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Coding;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Size;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Coded forms of stored responses, over sockets. */
@Timeout(60)
final class CompressionTest {
  private static final String FRESH = "Cache-Control: max-age=60";
  private static final String TEXT = "Content-Type: text/plain; charset=utf-8";
  private static final String TAG = "ETag: \"1\"";
  private static final String BROWSER = "Accept-Encoding: gzip, deflate, br, zstd";
  private static final String BODY = text(5_000, 1);

  /** Text that compresses, another one for each seed. */
  private static String text(int length, int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(length + 16);
    while (text.length() < length) {
      text.append("word").append(random.nextInt(40)).append(random.nextInt(9) == 0 ? '\n' : ' ');
    }
    text.setLength(length);
    return text.toString();
  }

  private static String decoded(Message message) {
    String coding = message.field("Content-Encoding");
    Brotli4jLoader.ensureAvailability();
    InputStream raw = new ByteArrayInputStream(message.body());
    try (InputStream in =
        switch (coding) {
          case "br" -> new BrotliInputStream(raw);
          case "zstd" -> new ZstdInputStreamNoFinalizer(raw);
          case "gzip" -> new GZIPInputStream(raw);
          default -> raw;
        }) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The answer in a coded form, once that is there. */
  private static Message coded(TestNode edge, String target, String... fields) {
    return await("a coded form")
        .until(() -> edge.get(target, fields), got -> got.field("Content-Encoding") != null);
  }

  /** The answer when everything that was wanted has been made or refused. */
  private static Message settled(TestNode edge, String target, String... fields) {
    edge.get(target, fields);
    edge.settle().get(target, fields);
    await("forms are made").until(() -> edge.metric("nearcast_coded_forms_waiting") == 0);
    return edge.get(target, fields);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gzip, deflate, br, zstd    | br
          gzip, deflate, zstd        | zstd
          gzip                       | gzip
          x-gzip                     | gzip
          br;q=0.5, gzip             | gzip
          *                          | br
          identity;q=0, zstd;q=0.1   | zstd
          """)
  void laterRequestsGetTheFormThatTheyLikeBest(String accepted, String coding) {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG);
        TestNode edge = TestNode.edge(origin)) {
      Message first = edge.get("/a", "Accept-Encoding: " + accepted);
      assertThat(first.text()).isEqualTo(BODY);
      assertThat(first.field("Content-Encoding")).isNull();
      assertThat(first.fields("Vary")).containsExactly("Accept-Encoding");
      Message coded = coded(edge.settle(), "/a", "Accept-Encoding: " + accepted);
      assertThat(coded.fields("Content-Encoding")).containsExactly(coding);
      assertThat(coded.fields("Vary")).containsExactly("Accept-Encoding");
      assertThat(coded.field("ETag")).isEqualTo("W/\"1\"");
      assertThat(coded.fields("Content-Length"))
          .containsExactly(String.valueOf(coded.body().length));
      assertThat(coded.body().length).isLessThan(BODY.length() / 2);
      assertThat(decoded(coded)).isEqualTo(BODY);
      assertThat(origin.requests()).hasSize(1);
      assertThat(edge.metric("nearcast_coded_responses_total")).isPositive();
      assertThat(edge.metric("nearcast_coded_saved_bytes_total")).isPositive();
    }
  }

  @Test
  void whoTakesNoCodingGetsNone() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG);
        TestNode edge = TestNode.edge(origin)) {
      coded(edge, "/a", "Accept-Encoding: br");
      for (String field :
          List.of(
              "X-None: 1",
              "Accept-Encoding: identity",
              "Accept-Encoding: deflate",
              "Accept-Encoding: br;q=0",
              "Accept-Encoding: identity, br;q=0.9",
              "Accept-Encoding: br;q=x")) {
        Message plain = edge.get("/a", field);
        assertThat(plain.text()).as(field).isEqualTo(BODY);
        assertThat(plain.field("Content-Encoding")).isNull();
        assertThat(plain.field("ETag")).isEqualTo("\"1\"");
        assertThat(plain.fields("Vary")).containsExactly("Accept-Encoding");
      }
      assertThat(edge.get("/a", BROWSER, "Cache-Control: no-transform").text()).isEqualTo(BODY);
      assertThat(edge.metric("nearcast_coded_forms_total")).isEqualTo(1);
    }
  }

  @Test
  void whatMustNotOrNeedNotBeCodedIsSentAsItCame() {
    List<String> fields =
        List.of(
            "Content-Encoding: gzip",
            "Cache-Control: no-transform",
            "CDN-Cache-Control: no-transform, max-age=60",
            "Repr-Digest: sha-256=:AAAA:",
            "Content-Type: image/jpeg",
            "Content-Type: multipart/mixed; boundary=x");
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              String field = fields.get(Integer.parseInt(call.head().target().substring(1)));
              String type = field.startsWith("Content-Type") ? "X-Other: 1" : TEXT;
              call.reply(200, BODY, FRESH, type, TAG, field);
            });
        TestNode edge = TestNode.edge(origin)) {
      for (int i = 0; i < fields.size(); i++) {
        Message third = settled(edge, "/" + i, BROWSER);
        assertThat(third.text()).as(fields.get(i)).isEqualTo(BODY);
        assertThat(third.field("Vary")).isNull();
        assertThat(third.field("ETag")).isEqualTo("\"1\"");
      }
      assertThat(edge.metric("nearcast_coded_forms_total")).isZero();
    }
  }

  @Test
  void shortBodiesAreNotCoded() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(text(1_023, 1), FRESH, TEXT);
        TestNode edge = TestNode.edge(origin)) {
      assertThat(settled(edge, "/a", BROWSER).field("Vary")).isNull();
      assertThat(edge.metric("nearcast_coded_forms_total")).isZero();
    }
  }

  @Test
  void whatDoesNotShrinkIsTriedOnce() {
    StringBuilder noise = new StringBuilder();
    new Random(1).ints(20_000, 0, 256).forEach(b -> noise.append((char) b));
    try (ScriptedOrigin origin = ScriptedOrigin.answering(noise.toString(), FRESH, TEXT);
        TestNode edge = TestNode.edge(origin)) {
      settled(edge, "/a", BROWSER);
      await("it was tried").until(() -> edge.metric("nearcast_coded_forms_total") == 1);
      for (int i = 0; i < 5; i++) {
        assertThat(edge.get("/a", BROWSER).text()).isEqualTo(noise.toString());
      }
      assertThat(edge.metric("nearcast_coded_forms_total")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Accept-Language                   | Accept-Language, Accept-Encoding
          accept-encoding                   | accept-encoding
          Accept-Encoding, Accept-Language  | Accept-Encoding, Accept-Language
          """)
  void varyIsKeptAndNamesAcceptEncodingOnce(String given, String sent) {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG, "Vary: " + given);
        TestNode edge = TestNode.edge(origin)) {
      assertThat(edge.get("/a", BROWSER).fields("Vary")).containsExactly(sent);
      Message coded = coded(edge.settle(), "/a", BROWSER);
      assertThat(coded.fields("Vary")).containsExactly(sent);
      assertThat(decoded(coded)).isEqualTo(BODY);
    }
  }

  @Test
  void conditionsHoldForEitherTag() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG);
        TestNode edge = TestNode.edge(origin)) {
      coded(edge, "/a", BROWSER);
      for (String tag : List.of("\"1\"", "W/\"1\"")) {
        Message coded = edge.get("/a", BROWSER, "If-None-Match: " + tag);
        assertThat(coded.status()).isEqualTo(304);
        assertThat(coded.field("ETag")).isEqualTo("W/\"1\"");
        assertThat(coded.field("Vary")).isEqualTo("Accept-Encoding");
        assertThat(coded.field("Content-Encoding")).isNull();
        Message plain = edge.get("/a", "If-None-Match: " + tag);
        assertThat(plain.status()).isEqualTo(304);
        assertThat(plain.field("ETag")).isEqualTo("\"1\"");
        assertThat(plain.field("Vary")).isEqualTo("Accept-Encoding");
      }
      assertThat(decoded(edge.get("/a", BROWSER, "If-None-Match: \"2\""))).isEqualTo(BODY);
    }
  }

  @Test
  void rangesAreOfTheStoredForm() {
    String modified = "Last-Modified: Mon, 01 Jan 2022 00:00:00 GMT";
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG, modified, "Accept-Ranges: bytes");
        TestNode edge = TestNode.edge(origin)) {
      assertThat(coded(edge, "/a", BROWSER).field("Accept-Ranges")).isNull();
      Message part = edge.get("/a", BROWSER, "Range: bytes=10-19");
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.text()).isEqualTo(BODY.substring(10, 20));
      assertThat(part.field("Content-Range")).isEqualTo("bytes 10-19/" + BODY.length());
      assertThat(part.field("Content-Encoding")).isNull();
      assertThat(part.field("ETag")).isEqualTo("\"1\"");
      assertThat(part.field("Vary")).isEqualTo("Accept-Encoding");
      Message strong = edge.get("/a", BROWSER, "Range: bytes=10-19", "If-Range: \"1\"");
      assertThat(strong.text()).isEqualTo(BODY.substring(10, 20));
      Message weak = edge.get("/a", BROWSER, "Range: bytes=10-19", "If-Range: W/\"1\"");
      assertThat(weak.status()).isEqualTo(200);
      assertThat(weak.text()).isEqualTo(BODY);
    }
  }

  @Test
  void aDateDoesNotTellWhichFormARangeIsOf() {
    String modified = "Mon, 01 Jan 2022 00:00:00 GMT";
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(BODY, FRESH, TEXT, "Last-Modified: " + modified);
        TestNode edge = TestNode.edge(origin)) {
      coded(edge, "/a", BROWSER);
      Message whole = edge.get("/a", BROWSER, "Range: bytes=10-19", "If-Range: " + modified);
      assertThat(whole.status()).isEqualTo(200);
      assertThat(whole.text()).isEqualTo(BODY);
      Message part = edge.get("/a", "Range: bytes=10-19", "If-Range: " + modified);
      assertThat(part.status()).isEqualTo(206);
    }
  }

  @Test
  void headIsAnsweredAsGetWouldBe() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG);
        TestNode edge = TestNode.edge(origin)) {
      Message coded = coded(edge, "/a", BROWSER);
      Message head = edge.ask("HEAD", "/a", BROWSER);
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("Content-Encoding")).isEqualTo("br");
      assertThat(head.field("Content-Length")).isEqualTo(coded.field("Content-Length"));
      assertThat(head.field("ETag")).isEqualTo("W/\"1\"");
      assertThat(edge.ask("HEAD", "/a").field("Content-Length")).isEqualTo("5000");
    }
  }

  @Test
  void largeBodiesAreCodedInPieces() {
    String body = text(3_000_000, 3);
    try (ScriptedOrigin origin = ScriptedOrigin.answering(body, FRESH, TEXT, TAG);
        TestNode edge = TestNode.edge(origin)) {
      for (Coding coding : Coding.ALL) {
        Message coded = coded(edge.settle(), "/a", "Accept-Encoding: " + coding.token());
        assertThat(coded.field("Content-Encoding")).isEqualTo(coding.token());
        assertThat(decoded(coded)).isEqualTo(body);
      }
    }
  }

  @Test
  void aConfirmedBodyKeepsItsForms() {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              int status = asked.getAndIncrement() == 0 ? 200 : 304;
              call.reply(status, BODY, FRESH, TEXT, TAG);
            });
        TestNode edge = TestNode.edge(origin)) {
      byte[] before = coded(edge, "/a", BROWSER).body();
      edge.advanceSeconds(100);
      Message validated = edge.get("/a", BROWSER);
      assertThat(asked).hasValue(2);
      assertThat(validated.field("Content-Encoding")).isEqualTo("br");
      assertThat(validated.body()).isEqualTo(before);
      assertThat(edge.settle().get("/a", BROWSER).body()).isEqualTo(before);
      assertThat(edge.metric("nearcast_coded_forms_total")).isEqualTo(1);
    }
  }

  @Test
  void whatIsValidatedAtEachUseIsCodedAsWell() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              boolean known = call.head().field("If-None-Match") != null;
              call.reply(known ? 304 : 200, BODY, "Cache-Control: no-cache", TEXT, TAG);
            });
        TestNode edge = TestNode.edge(origin)) {
      Message coded = coded(edge, "/a", BROWSER);
      assertThat(coded.field("Cache-Status")).contains("fwd-status=304");
      assertThat(coded.field("ETag")).isEqualTo("W/\"1\"");
      assertThat(decoded(coded)).isEqualTo(BODY);
      assertThat(edge.metric("nearcast_coded_forms_total")).isEqualTo(1);
    }
  }

  @Test
  void aConfirmedBodyIsNotCodedOnceTheOriginForbidsIt() {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              if (asked.getAndIncrement() == 0) {
                call.reply(200, BODY, FRESH, TEXT, TAG);
              } else {
                call.reply(304, "", "Cache-Control: max-age=60, no-transform", TAG);
              }
            });
        TestNode edge = TestNode.edge(origin)) {
      coded(edge, "/a", BROWSER);
      edge.advanceSeconds(100);
      for (int i = 0; i < 3; i++) {
        assertThat(edge.settle().get("/a", BROWSER).text()).isEqualTo(BODY);
      }
    }
  }

  @Test
  void anotherBodyNeverHasTheOldForms() {
    AtomicInteger version = new AtomicInteger();
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              int seed = version.get();
              call.reply(200, text(40_000, seed), FRESH, TEXT, "ETag: \"" + seed + '"');
            });
        TestNode edge = TestNode.edge(origin)) {
      for (int seed = 0; seed < 5; seed++) {
        version.set(seed);
        edge.advanceSeconds(100);
        for (int i = 0; i < 4; i++) {
          Message got = edge.get("/a", BROWSER);
          boolean plain = got.field("Content-Encoding") == null;
          assertThat(plain ? got.text() : decoded(got)).isEqualTo(text(40_000, seed));
        }
        assertThat(decoded(coded(edge.settle(), "/a", BROWSER))).isEqualTo(text(40_000, seed));
      }
    }
  }

  @Test
  void aPurgeTakesTheFormsWithIt() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG);
        TestNode edge = TestNode.edge(origin)) {
      coded(edge, "/a", BROWSER);
      String url = "http://www.test/a";
      assertThat(edge.purge("{\"urls\": [\"" + url + "\"]}").status()).isEqualTo(200);
      Message after = edge.get("/a", BROWSER);
      assertThat(after.text()).isEqualTo(BODY);
      assertThat(origin.requests()).hasSize(2);
      assertThat(decoded(coded(edge.settle(), "/a", BROWSER))).isEqualTo(BODY);
    }
  }

  @Test
  void formsCountAgainstTheMemoryAndGoWithTheirBodies() {
    int megabyte = 1 << 20;
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> call.reply(200, text(300_000, 7), FRESH, TEXT));
        TestNode edge = TestNode.edge(origin, 4L * megabyte)) {
      edge.get("/0");
      edge.settle();
      long before = edge.engine().parts().store().stats().bytes();
      coded(edge, "/0", BROWSER);
      await("it is weighed")
          .until(() -> edge.engine().parts().store().stats().bytes() > before + 20_000);
      for (int i = 1; i < 30; i++) {
        edge.get("/" + i, BROWSER);
        edge.settle().get("/" + i, BROWSER);
        await().until(() -> edge.metric("nearcast_coded_forms_waiting") == 0);
      }
      assertThat(edge.engine().parts().store().stats().bytes()).isLessThanOrEqualTo(3L * megabyte);
      assertThat(edge.engine().parts().store().stats().evicted()).isPositive();
    }
  }

  @Test
  void servicesAndRulesSayWhatIsCoded() {
    CompressionPolicy some =
        new CompressionPolicy(List.of("image/*"), new Size(10_000), List.of(Coding.GZIP));
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              boolean image = call.head().target().startsWith("/image");
              String type = image ? "Content-Type: image/x" : TEXT;
              call.reply(
                  200, text(call.head().target().endsWith("s") ? 9_999 : 10_000, 1), FRESH, type);
            });
        TestNode edge = TestNode.edge(origin)) {
      CachePolicy policy = CachePolicy.DEFAULT;
      edge.serving(
          TestNode.service(
              origin,
              policy.withCompression(CompressionPolicy.OFF),
              new Rule("/text*", new Rule.Action.Cache(policy)),
              new Rule("/image*", new Rule.Action.Cache(policy.withCompression(some)))));
      assertThat(settled(edge, "/off", BROWSER).field("Vary")).isNull();
      assertThat(settled(edge, "/images", BROWSER).field("Vary")).isNull();
      assertThat(coded(edge, "/text", BROWSER).field("Content-Encoding")).isEqualTo("br");
      assertThat(coded(edge, "/image", BROWSER).field("Content-Encoding")).isEqualTo("gzip");
    }
  }

  @Test
  void aStandaloneEdgeCanBeToldNotTo() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG);
        TestNode edge = TestNode.withoutCompression(origin)) {
      assertThat(settled(edge, "/a", BROWSER).text()).isEqualTo(BODY);
      assertThat(edge.get("/a", BROWSER).field("Vary")).isNull();
      assertThat(edge.metric("nearcast_coded_forms_total")).isZero();
    }
  }

  @Test
  void aNewVersionOfTheServiceCountsAtOnce() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG);
        TestNode edge = TestNode.edge(origin)) {
      CachePolicy policy = CachePolicy.DEFAULT;
      edge.serving(TestNode.service(origin, policy));
      coded(edge, "/a", BROWSER);
      edge.serving(TestNode.service(origin, policy.withCompression(CompressionPolicy.OFF)));
      Message off = edge.get("/a", BROWSER);
      assertThat(off.text()).isEqualTo(BODY);
      assertThat(off.field("Vary")).isNull();
      edge.serving(TestNode.service(origin, policy));
      assertThat(decoded(edge.get("/a", BROWSER))).isEqualTo(BODY);
      assertThat(origin.requests()).hasSize(1);
    }
  }

  @Test
  void manyHitsAtOnceHaveOneFormMade() throws InterruptedException {
    String body = text(200_000, 2);
    try (ScriptedOrigin origin = ScriptedOrigin.answering(body, FRESH, TEXT, TAG);
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      edge.settle();
      List<Thread> clients = new ArrayList<>();
      AtomicInteger right = new AtomicInteger();
      for (int i = 0; i < 16; i++) {
        clients.add(
            Thread.ofVirtual()
                .start(() -> {
                  try (Wire wire = edge.connect()) {
                    for (int j = 0; j < 20; j++) {
                      Message got = wire.send(Wire.request("GET", "/a", BROWSER)).read();
                      boolean plain = got.field("Content-Encoding") == null;
                      if (body.equals(plain ? got.text() : decoded(got))) {
                        right.incrementAndGet();
                      }
                    }
                  }
                }));
      }
      for (Thread client : clients) {
        client.join();
      }
      assertThat(right).hasValue(320);
      coded(edge, "/a", BROWSER);
      assertThat(edge.metric("nearcast_coded_forms_total")).isEqualTo(1);
    }
  }

  @Test
  void throughAShieldOnlyTheEdgeCodes() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(BODY, FRESH, TEXT, TAG);
        TestNode shield = TestNode.shield(origin);
        TestNode edge = TestNode.edgeBefore(shield.url(), origin)) {
      assertThat(edge.get("/a", BROWSER).text()).isEqualTo(BODY);
      Message coded = coded(edge.settle(), "/a", BROWSER);
      assertThat(coded.field("Vary")).isEqualTo("Accept-Encoding");
      assertThat(coded.field("Content-Encoding")).isEqualTo("br");
      assertThat(decoded(coded)).isEqualTo(BODY);
      shield.settle();
      for (int i = 0; i < 3; i++) {
        Message direct = shield.get("/a", BROWSER);
        assertThat(direct.text()).isEqualTo(BODY);
        assertThat(direct.field("Vary")).isNull();
      }
      assertThat(shield.metric("nearcast_coded_forms_total")).isZero();
      assertThat(origin.requests()).hasSize(1);
    }
  }
}
