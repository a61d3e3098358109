package io.nearcast.edge.store.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlabBodyTest {
  private final Slabs slabs = new Slabs(16 << 20);

  @AfterEach
  void allMemoryIsGivenBack() {
    assertThat(slabs.usage().used()).isZero();
    assertThat(slabs.usage().wasted()).isZero();
    slabs.close();
  }

  static Stream<ByteBuf> kindsOfBuffers() {
    CompositeByteBuf composite = Unpooled.compositeBuffer();
    composite.addComponent(true, Unpooled.wrappedBuffer(random(100, 1)));
    composite.addComponent(true, Unpooled.directBuffer().writeBytes(random(900, 2)));
    return Stream.of(
        Unpooled.wrappedBuffer(random(1000, 3)),
        Unpooled.directBuffer().writeBytes(random(1000, 4)),
        Unpooled.wrappedBuffer(random(1000, 5)).asReadOnly(),
        composite,
        UnpooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(random(1010, 6)).skipBytes(10));
  }

  @ParameterizedTest
  @MethodSource("kindsOfBuffers")
  void appendCopiesAnyKindOfBufferAndLeavesItAlone(ByteBuf source) {
    SlabBody body = new SlabBody(slabs, 1000);
    int readerIndex = source.readerIndex();

    assertThat(body.append(source)).isTrue();

    assertThat(source.readerIndex()).isEqualTo(readerIndex);
    assertThat(source.refCnt()).isEqualTo(1);
    ByteBuf slice = body.slice(0, 1000);
    assertThat(slice).isEqualTo(source);
    slice.release();
    source.release();
    body.release();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whateverTheSizesReadersGetTheBytesThatWereWritten(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      byte[] bytes = random(random.nextInt(1 << (3 + random.nextInt(18))), seed + round);
      long expected =
          switch (random.nextInt(4)) {
            case 0 -> SlabBody.UNKNOWN_LENGTH;
            case 1 -> random.nextInt(bytes.length + 1);
            case 2 -> bytes.length + random.nextInt(10_000);
            default -> bytes.length;
          };
      SlabBody body = new SlabBody(slabs, expected);
      int written = 0;
      while (written < bytes.length) {
        int count = Math.min(bytes.length - written, 1 + random.nextInt(40_000));
        assertThat(body.append(Unpooled.wrappedBuffer(bytes, written, count))).isTrue();
        written += count;
        assertThat(body.length()).isEqualTo(written);
        checkRange(body, bytes, random.nextInt(written + 1), written);
      }
      body.finish();

      assertThat(body.complete()).isTrue();
      assertThat(body.length()).isEqualTo(bytes.length);
      assertThat(body.allocatedBytes()).isBetween((long) bytes.length, bytes.length + 63L);
      assertThat(slabs.usage().used()).isEqualTo(body.allocatedBytes());
      assertThat(slabs.usage().wasted()).isEqualTo(body.allocatedBytes() - bytes.length);
      checkRange(body, bytes, 0, bytes.length);
      body.release();
    }
  }

  @Test
  void bodyOfKnownLengthIsOnePieceAndOneSlice() {
    SlabBody body = new SlabBody(slabs, 100_000);
    body.append(Unpooled.wrappedBuffer(random(10_000, 1)));
    assertThat(body.allocatedBytes()).isEqualTo(100_032);
    body.append(Unpooled.wrappedBuffer(random(90_000, 2)));
    body.finish();

    ByteBuf slice = body.slice(0, Integer.MAX_VALUE);
    assertThat(slice.readableBytes()).isEqualTo(100_000);
    assertThat(slice.hasMemoryAddress()).isTrue();
    assertThat(slice.nioBufferCount()).isEqualTo(1);
    assertThat(slice.isWritable()).isFalse();
    slice.release();
    body.release();
  }

  @Test
  void slowOriginOfALargeBodyPinsLittle() {
    SlabBody known = new SlabBody(slabs, 10_000_000);
    known.append(Unpooled.wrappedBuffer(new byte[1]));
    assertThat(known.allocatedBytes()).isEqualTo(256 * 1024);
    known.release();

    SlabBody unknown = new SlabBody(slabs, SlabBody.UNKNOWN_LENGTH);
    unknown.append(Unpooled.wrappedBuffer(new byte[1]));
    assertThat(unknown.allocatedBytes()).isEqualTo(1024);
    unknown.append(Unpooled.wrappedBuffer(new byte[5000]));
    assertThat(unknown.allocatedBytes()).isEqualTo(5056);
    unknown.release();
  }

  @Test
  void emptyBodyHoldsNothing() {
    SlabBody body = new SlabBody(slabs, 0);
    body.finish();

    assertThat(body.allocatedBytes()).isZero();
    assertThat(body.slice(0, 100).isReadable()).isFalse();
    body.copyTo(0, Unpooled.EMPTY_BUFFER, 0);
    body.release();
  }

  @Test
  void appendAtTheBoundAddsNothingAndOthersMayGoOnOnceMemoryIsFree() {
    SlabBody large = new SlabBody(slabs, SlabBody.UNKNOWN_LENGTH);
    ByteBuf megabyte = Unpooled.wrappedBuffer(random(1 << 20, 1));
    while (large.append(megabyte)) {
      assertThat(large.length()).isLessThan(16 << 20);
    }
    long length = large.length();
    SlabBody small = new SlabBody(slabs, 1 << 20);

    assertThat(length).isGreaterThan(14 << 20);
    assertThat(small.append(megabyte)).isFalse();
    assertThat(small.length()).isZero();
    large.fail();
    assertThat(large.broken()).isTrue();
    assertThat(large.length()).isEqualTo(length);
    large.release();
    assertThat(small.append(megabyte)).isTrue();
    small.release();
  }

  @Test
  void sliceKeepsItsBytesAfterTheBodyIsReleasedAndOthersUseTheRest() {
    byte[] bytes = random(50_000, 1);
    SlabBody body = new SlabBody(slabs, bytes.length);
    body.append(Unpooled.wrappedBuffer(bytes));
    body.finish();
    ByteBuf slice = body.slice(100, 20_000);
    ByteBuf part = slice.readRetainedSlice(5000);
    slice.release();
    body.release();

    SlabBody other = new SlabBody(slabs, SlabBody.UNKNOWN_LENGTH);
    while (other.append(Unpooled.wrappedBuffer(random(60_000, 2)))) {
      assertThat(other.length()).isLessThan(16 << 20);
    }

    assertThat(part).isEqualTo(Unpooled.wrappedBuffer(bytes, 100, 5000));
    other.release();
    part.release();
  }

  @Test
  void trimmingAtTheEndDoesNotMoveWhatASliceReads() {
    byte[] bytes = random(3000, 1);
    SlabBody body = new SlabBody(slabs, 200_000);
    body.append(Unpooled.wrappedBuffer(bytes));
    ByteBuf slice = body.slice(0, 3000);
    body.finish();

    assertThat(body.allocatedBytes()).isEqualTo(3008);
    assertThat(slice).isEqualTo(Unpooled.wrappedBuffer(bytes));
    slice.release();
    body.release();
  }

  @Test
  void finishedBodiesTakeNoMore() {
    SlabBody complete = new SlabBody(slabs, 10);
    complete.finish();
    SlabBody broken = new SlabBody(slabs, 10);
    broken.fail();

    for (SlabBody body : Arrays.asList(complete, broken)) {
      assertThatThrownBy(() -> body.append(Unpooled.EMPTY_BUFFER))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(body::finish).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(body::fail).isInstanceOf(IllegalStateException.class);
      body.release();
    }
  }

  @Test
  void freedBodyCannotBeUsed() {
    SlabBody body = new SlabBody(slabs, 10);
    body.append(Unpooled.wrappedBuffer(new byte[10]));
    assertThat(body.release()).isTrue();

    assertThat(body.tryRetain()).isFalse();
    assertThatThrownBy(body::retain).isInstanceOf(IllegalReferenceCountException.class);
    assertThatThrownBy(() -> body.slice(0, 10)).isInstanceOf(IllegalReferenceCountException.class);
    assertThatThrownBy(() -> body.append(Unpooled.EMPTY_BUFFER))
        .isInstanceOf(IllegalReferenceCountException.class);
    assertThatThrownBy(body::release).isInstanceOf(IllegalReferenceCountException.class);
  }

  @Test
  void positionsOutsideTheBodyAreRefused() {
    SlabBody body = new SlabBody(slabs, 10);
    body.append(Unpooled.wrappedBuffer(new byte[10]));
    ByteBuf target = Unpooled.buffer();

    assertThatThrownBy(() -> body.slice(11, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> body.slice(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> body.copyTo(5, target, 6))
        .isInstanceOf(IndexOutOfBoundsException.class);
    body.release();
  }

  private static void checkRange(SlabBody body, byte[] bytes, int from, int to) {
    ByteBuf copied = Unpooled.buffer(to - from);
    body.copyTo(from, copied, to - from);
    assertThat(copied).isEqualTo(Unpooled.wrappedBuffer(bytes, from, to - from));
    for (int position = from; position < to; ) {
      ByteBuf slice = body.slice(position, to - position);
      int run = slice.readableBytes();
      assertThat(slice).isEqualTo(Unpooled.wrappedBuffer(bytes, position, run));
      slice.release();
      position += run;
    }
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
