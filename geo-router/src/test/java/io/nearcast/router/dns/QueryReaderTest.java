package io.nearcast.router.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QueryReaderTest {
  private static final String HEADER = "1234 0100 0001 0000 0000 0001 ";
  private static final String QUESTION = "03 777777 04 73686f70 00 0001 0001 ";

  private static Received read(String hex) {
    return QueryReader.read(bytes(hex));
  }

  private static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
  }

  private static Rcode rejected(String hex) {
    assertThat(read(hex)).isInstanceOf(Received.Rejected.class);
    return ((Received.Rejected) read(hex)).rcode();
  }

  @Test
  void aPlainQuery() {
    Received.Query query = (Received.Query) read("1234 0100 0001 0000 0000 0000 " + QUESTION);

    assertThat(query.id()).isEqualTo(0x1234);
    assertThat(query.flags()).isEqualTo(Codes.FLAG_RECURSION_DESIRED);
    assertThat(query.name()).hasToString("www.shop.");
    assertThat(query.type()).isEqualTo(Codes.TYPE_A);
    assertThat(query.dnsClass()).isEqualTo(Codes.CLASS_IN);
    assertThat(query.questionBytes()).isEqualTo(14);
    assertThat(query.edns()).isNull();
  }

  @Test
  void namesCountInLowerCase() {
    Received.Query query =
        (Received.Query) read("1234 0000 0001 0000 0000 0000 03 575757 04 53684f50 00 0001 0001");

    assertThat(query.name()).hasToString("www.shop.");
  }

  @Test
  void anOptRecordTellsSizeAndSubnet() {
    Received.Query query =
        (Received.Query)
            read(HEADER + QUESTION + "00 0029 04d0 00 00 8000 000b 0008 0007 0001 18 00 c00002");

    assertThat(query.edns().payloadBytes()).isEqualTo(1_232);
    assertThat(query.edns().dnssecOk()).isTrue();
    assertThat(query.edns().subnet().network()).hasToString("192.0.2.0/24");
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "1234 0100 0001 0000 0000 00",
    "1234 8100 0001 0000 0000 0000 03 777777 04 73686f70 00 0001 0001",
  })
  void whatIsTooShortOrAResponseIsIgnored(String hex) {
    assertThat(read(hex)).isInstanceOf(Received.Ignored.class);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "IQUERY, 1234 0800 0001 0000 0000 0000 03 777777 00 0001 0001",
    "STATUS, 1234 1000 0000 0000 0000 0000",
    "NOTIFY, 1234 2000 0001 0000 0000 0000 03 777777 00 0006 0001",
    "UPDATE, 1234 2800 0001 0000 0000 0000 03 777777 00 0006 0001",
  })
  void otherKindsOfMessagesAreNotImplemented(String kind, String hex) {
    assertThat(rejected(hex)).as(kind).isEqualTo(Rcode.NOTIMP);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "no question, 1234 0100 0000 0000 0000 0000",
    "two questions, 1234 0100 0002 0000 0000 0000 01 61 00 0001 0001 01 61 00 0001 0001",
    "question missing, 1234 0100 0001 0000 0000 0000",
    "label cut, 1234 0100 0001 0000 0000 0000 05 6161",
    "name not ended, 1234 0100 0001 0000 0000 0000 01 61",
    "class cut, 1234 0100 0001 0000 0000 0000 01 61 00 0001 00",
    "pointer in the question, 1234 0100 0001 0000 0000 0000 c00c 0001 0001",
    "label type 01, 1234 0100 0001 0000 0000 0000 41 6100 0001 0001",
    "bytes after the end, 1234 0100 0001 0000 0000 0000 01 61 00 0001 0001 00",
    "record missing, 1234 0100 0001 0001 0000 0000 01 61 00 0001 0001",
    "record cut, 1234 0100 0001 0000 0000 0001 01 61 00 0001 0001 00 0010 0001 00000000 0005 aa",
    "OPT as an answer, 1234 0100 0001 0001 0000 0000 01 61 00 0001 0001 00 0029 0200 00000000 0000",
    "OPT not at the root, "
        + "1234 0100 0001 0000 0000 0001 01 61 00 0001 0001 01 61 00 0029 0200 00000000 0000",
    "OPT at a pointer, "
        + "1234 0100 0001 0000 0000 0001 01 61 00 0001 0001 c00e 0029 0200 00000000 0000",
    "OPT twice, 1234 0100 0001 0000 0000 0002 01 61 00 0001 0001 00 0029 0200 00000000 0000 "
        + "00 0029 0200 00000000 0000",
    "option cut, 1234 0100 0001 0000 0000 0001 01 61 00 0001 0001 00 0029 0200 00000000 0003 000800",
    "option longer than its record, "
        + "1234 0100 0001 0000 0000 0001 01 61 00 0001 0001 00 0029 0200 00000000 0004 00080001",
  })
  void whatIsMalformedIsAFormatError(String kind, String hex) {
    assertThat(rejected(hex)).as(kind).isEqualTo(Rcode.FORMERR);
  }

  @Test
  void namesOf255OctetsAreTheLongest() {
    String label = "3f" + "61".repeat(63);
    String longest = label.repeat(3) + "3d" + "61".repeat(61) + "00";
    String tooLong = label.repeat(3) + "3e" + "61".repeat(62) + "00";

    assertThat(read("1234 0100 0001 0000 0000 0000 " + longest + "0001 0001"))
        .isInstanceOf(Received.Query.class);
    assertThat(rejected("1234 0100 0001 0000 0000 0000 " + tooLong + "0001 0001"))
        .isEqualTo(Rcode.FORMERR);
  }

  @Test
  void anotherVersionOfEdnsIsBadWhateverItsOptions() {
    assertThat(rejected(HEADER + QUESTION + "00 0029 04d0 00 01 0000 0003 000800"))
        .isEqualTo(Rcode.BADVERS);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "shorter than its head, 0001 18",
    "scope set, 0001 18 18 c00002",
    "too few octets, 0001 18 00 c000",
    "too many octets, 0001 18 00 c0000200",
    "bits beyond the length, 0001 17 00 c00003",
    "longer than an address, 0001 21 00 c000020101",
    "longer than an IPv6 address, 0002 81 00 20010db800000000000000000000000000",
    "unknown family, 0003 08 00 20",
    "family 0 with an address, 0000 08 00 20",
  })
  void aMalformedSubnetIsAFormatErrorWithAnOptRecord(String kind, String option) {
    String data = option.replace(" ", "");
    String hex =
        HEADER
            + QUESTION
            + "00 0029 04d0 00 00 0000 "
            + String.format("%04x 0008 %04x", data.length() / 2 + 4, data.length() / 2)
            + data;

    assertThat(rejected(hex)).as(kind).isEqualTo(Rcode.FORMERR);
    assertThat(((Received.Rejected) read(hex)).edns()).isNotNull();
  }

  @Test
  void twoSubnetsAreAFormatError() {
    assertThat(
            rejected(
                HEADER
                    + QUESTION
                    + "00 0029 04d0 00 00 0000 0010 0008 0004 0001 00 00 0008 0004 0001 00 00"))
        .isEqualTo(Rcode.FORMERR);
  }

  @ParameterizedTest
  @CsvSource({
    "0001 00 00, 0.0.0.0/0",
    "0000 00 00, 0.0.0.0/0",
    "0001 20 00 c0000201, 192.0.2.1/32",
    "0001 09 00 c080, 192.128.0.0/9",
    "0002 38 00 20010db8000001, 2001:db8:0:100::/56",
    "0002 00 00, ::/0",
  })
  void aSubnetIsWrittenAsItWasRead(String option, String network) throws MalformedMessage {
    ByteBuf data = bytes(option);
    ClientSubnet subnet = ClientSubnet.read(data.duplicate());

    assertThat(subnet.network()).hasToString(network);
    ByteBuf written = Unpooled.buffer();
    subnet.write(written, 17);
    assertThat(written.readableBytes()).isEqualTo(subnet.bytes()).isEqualTo(data.readableBytes());
    assertThat(written.getByte(3)).isEqualTo((byte) 17);
    written.setByte(3, 0);
    assertThat(ByteBufUtil.hexDump(written)).isEqualTo(ByteBufUtil.hexDump(data));
  }

  /** Whatever comes in is ignored, rejected or read, and never read twice or past its end. */
  @Test
  void anyBytesAreSurvived() {
    long seed = 20_260_101;
    Random random = new Random(seed);
    byte[] good =
        ByteBufUtil.decodeHexDump(
            (HEADER + QUESTION + "00 0029 04d0 00 00 8000 000b 0008 0007 0001 18 00 c00002")
                .replace(" ", ""));
    for (int round = 0; round < 200_000; round++) {
      byte[] message = round % 2 == 0 ? noise(random) : mutated(good, random);
      ByteBuf buffer = Unpooled.wrappedBuffer(message);
      Received received = QueryReader.read(buffer);
      if (received instanceof Received.Answerable answerable) {
        assertThat(answerable.questionBytes())
            .as("seed %d round %d", seed, round)
            .isBetween(0, message.length - Codes.HEADER_BYTES);
      }
    }
  }

  static byte[] noise(Random random) {
    byte[] message = new byte[random.nextInt(80)];
    random.nextBytes(message);
    if (message.length > 2) {
      message[2] &= 0x7F; // else half of them were responses
    }
    return message;
  }

  static byte[] mutated(byte[] good, Random random) {
    byte[] message = good.clone();
    for (int i = 0; i <= random.nextInt(4); i++) {
      message[random.nextInt(message.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(message, random.nextInt(message.length))
        : message;
  }
}
