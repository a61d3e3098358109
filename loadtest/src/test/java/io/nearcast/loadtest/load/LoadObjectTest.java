package io.nearcast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadObjectTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 13_000, 1 << 20, (1 << 20) + 1, 3_000_000})
  void aBodyMatchesItsNameWhereverItIsCut(int bytes) {
    LoadObject object = new LoadObject(-3, 17, bytes);
    ByteBuf body = object.body();

    assertThat(body.readableBytes()).isEqualTo(bytes);
    assertThat(LoadObject.of(object.path())).isEqualTo(object);
    for (int cut : new int[] {0, bytes / 3, bytes - 1, bytes}) {
      if (cut >= 0) {
        assertThat(object.matches(body.slice(0, cut), 0)).isTrue();
        assertThat(object.matches(body.slice(cut, bytes - cut), cut)).isTrue();
      }
    }
    body.release();
  }

  @Test
  void anotherObjectOrPlaceOrLengthDoesNotMatch() {
    LoadObject object = new LoadObject(1, 1, 1_000);
    ByteBuf other = new LoadObject(1, 2, 1_000).body();
    ByteBuf own = object.body();

    assertThat(object.matches(other, 0)).isFalse();
    assertThat(object.matches(own.slice(0, 100), 1)).isFalse();
    assertThat(object.matches(own, 1)).isFalse();
    byte[] changed = new byte[1_000];
    own.getBytes(0, changed);
    changed[999] ^= 1;
    assertThat(object.matches(Unpooled.wrappedBuffer(changed), 0)).isFalse();
    other.release();
    own.release();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/load/", "/load/1/2.bin", "/load/xyz/1-2.bin", "/load/1/1-2.bin?q"})
  void otherPathsAreNoObjects(String path) {
    assertThat(LoadObject.of(path)).isNull();
  }
}
