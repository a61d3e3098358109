package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged answers. However their bytes come, they are taken for the same; and what is taken for an
 * answer is the same answer to Netty's decoder, which is a different parser.
 */
final class ResponseParserFuzzTest {
  private static final int ROUNDS = Integer.getInteger("nearcast.fuzz.rounds", 20_000);
  private static final long SEED = Long.getLong("nearcast.fuzz.seed", 42);
  private static final String SPICE = "\r\n\0 \t:;,=\"0159afAF+-x\u00e9\u007f\u000b";

  @Test
  void damagedAnswersAreTakenForOneThing() {
    Random random = new Random(SEED);
    List<RawResponses.Case> whole =
        RawResponses.all().stream().filter(ResponseParserFuzzTest::isAnswerToGet).toList();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = damaged(whole.get(random.nextInt(whole.size())).bytes(), random);
      String atOnce = ResponseParserTest.outcome(false, bytes, Integer.MAX_VALUE);
      String split = ResponseParserTest.outcome(false, bytes, 1 + random.nextInt(20));
      String about = "round " + round + " of seed " + SEED + ": " + shown(bytes);
      assertThat(split).as(about).isEqualTo(atOnce);
      // Netty stumbles over some extensions of chunks, which mean nothing here, and takes a list of
      // the same lengths (RFC 9110 section 8.6) in HTTP/1.1 only.
      boolean comparable = !about.contains(";") && !about.contains(",");
      if (comparable && Character.isDigit(atOnce.charAt(0))) {
        assertThat(netty(bytes)).as(about).isEqualTo(atOnce);
      }
    }
  }

  private static boolean isAnswerToGet(RawResponses.Case answer) {
    return answer.method().equals("GET") && Character.isDigit(answer.outcome().charAt(0));
  }

  private static byte[] damaged(String latin1, Random random) {
    StringBuilder text = new StringBuilder(latin1);
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(text.length());
      char spice = SPICE.charAt(random.nextInt(SPICE.length()));
      switch (random.nextInt(4)) {
        case 0 -> text.setCharAt(at, spice);
        case 1 -> text.insert(at, spice);
        case 2 -> text.deleteCharAt(at);
        default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 12)));
      }
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Status and body as Netty has them, of the first final answer. */
  private static String netty(byte[] bytes) {
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new HttpResponseDecoder(
                new HttpDecoderConfig()
                    .setMaxHeaderSize(65_536)
                    .setMaxInitialLineLength(65_536)
                    .setAllowDuplicateContentLengths(true)));
    try {
      channel.writeInbound(Unpooled.wrappedBuffer(bytes));
      channel.finish();
      return firstFinal(channel);
    } finally {
      channel.releaseInbound();
    }
  }

  private static String firstFinal(EmbeddedChannel channel) {
    String status = "none";
    StringBuilder body = new StringBuilder();
    for (HttpObject object = channel.readInbound();
        object != null;
        object = channel.readInbound()) {
      if (object.decoderResult().isFailure()) {
        return "malformed: "
            + object.decoderResult().cause().getClass().getSimpleName().replace("Exception", "");
      }
      if (object instanceof HttpResponse response) {
        if (!status.equals("none")) {
          break;
        }
        if (response.status().code() >= 200) {
          status = String.valueOf(response.status().code());
        }
      }
      if (object instanceof HttpContent content && !status.equals("none")) {
        ByteBuf piece = content.content();
        body.append(piece.toString(StandardCharsets.ISO_8859_1));
        content.release();
        if (content instanceof LastHttpContent) {
          break;
        }
      }
    }
    return status + " " + body;
  }

  private static String shown(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .replace("\r", "\\r")
        .replace("\n", "\\n")
        .replace("\0", "\\0");
  }
}
