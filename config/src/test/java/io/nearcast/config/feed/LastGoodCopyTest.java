package io.nearcast.config.feed;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.model.Pop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LastGoodCopyTest {
  private static final Fleet FLEET =
      new Fleet(
          List.of(
              new NodeStatus(
                  "edge-1", NodeRole.EDGE, "fra", NodeState.SERVING, 1, "127.0.0.1:1", List.of())));

  @TempDir Path directory;

  @Test
  void whatWasSavedIsLoaded() throws IOException {
    copy().save(state("log", 5), FLEET);
    assertThat(copy().load()).contains(new LastGoodCopy.Contents(state("log", 5), FLEET));
  }

  @Test
  void nothingSavedIsNothingLoaded() throws IOException {
    assertThat(copy().load()).isEmpty();
  }

  @Test
  void aTornFileIsSetAsideWhereverItWasTorn() throws IOException {
    copy().save(state("log", 5), FLEET);
    byte[] good = Files.readAllBytes(directory.resolve("feed.json"));
    for (int length = 0; length < good.length; length += 3) {
      Files.write(directory.resolve("feed.json"), Arrays.copyOf(good, length));
      assertThat(copy().load()).as("the first %d bytes", length).isEmpty();
      assertThat(directory.resolve("feed.json")).doesNotExist();
      assertThat(directory.resolve("feed.json.bad")).hasSize(length);
    }
  }

  @Test
  void aFlippedBitIsNoticedWhereverItIs() throws IOException {
    copy().save(state("log", 5), FLEET);
    byte[] good = Files.readAllBytes(directory.resolve("feed.json"));
    for (int i = 0; i < good.length; i += 7) {
      byte[] bad = good.clone();
      bad[i] ^= 0x10;
      Files.write(directory.resolve("feed.json"), bad);
      assertThat(copy().load()).as("byte %d", i).isEmpty();
    }
  }

  @Test
  void aDamagedPositionOnlyLosesThePosition() throws IOException {
    LastGoodCopy copy = copy();
    copy.save(state("log", 5), FLEET);
    copy.save(state("log", 6), FLEET);
    assertThat(loadedSequence()).isEqualTo(6);
    Files.writeString(directory.resolve("position"), "log 7 ");
    assertThat(loadedSequence()).isEqualTo(5);
    copy.save(state("log", 8), FLEET);
    assertThat(loadedSequence()).isEqualTo(8);
  }

  @Test
  void aTornMoveLeavesThePlaceBeforeIt() throws IOException {
    LastGoodCopy copy = copy();
    copy.save(state("log", 5), FLEET);
    for (long sequence = 6; sequence < 12; sequence++) {
      copy.save(state("log", sequence), FLEET);
      byte[] good = Files.readAllBytes(directory.resolve("position"));
      int slot = sequence % 2 == 0 ? 0 : 4096;
      for (int torn = 0; torn < 14; torn++) {
        byte[] bad = good.clone();
        bad[slot + torn] ^= 0x10;
        Files.write(directory.resolve("position"), bad);
        assertThat(loadedSequence()).as("%d, byte %d", sequence, torn).isEqualTo(sequence - 1);
      }
      Files.write(directory.resolve("position"), good);
      assertThat(loadedSequence()).isEqualTo(sequence);
      copy = copy();
      copy.load();
    }
  }

  @Test
  void aPositionOfAnotherLogOrAnEarlierOneDoesNotCount() throws IOException {
    LastGoodCopy copy = copy();
    copy.save(state("log", 5), FLEET);
    copy.save(state("log", 9), FLEET);
    byte[] position = Files.readAllBytes(directory.resolve("position"));
    copy.save(state("other", 3), FLEET);
    assertThat(directory.resolve("position")).hasBinaryContent(new byte[8192]);
    Files.write(directory.resolve("position"), position);
    assertThat(loadedSequence()).isEqualTo(3);
    copy().save(state("log", 20), FLEET);
    Files.write(directory.resolve("position"), position);
    assertThat(loadedSequence()).isEqualTo(20);
  }

  @Test
  void aSequenceThatGoesBackIsKeptToo() throws IOException {
    LastGoodCopy copy = copy();
    copy.save(state("log", 5), FLEET);
    copy.save(state("log", 9), FLEET);
    copy.save(state("log", 2), FLEET);
    assertThat(loadedSequence()).isEqualTo(2);
  }

  @Test
  void killedBetweenWriteAndRenameTheOldCopyCounts() throws IOException {
    copy().save(state("log", 5), FLEET);
    Files.writeString(directory.resolve("feed.json.new"), "{\"state\":");
    LastGoodCopy restarted = copy();
    assertThat(restarted.load()).map(LastGoodCopy.Contents::state).contains(state("log", 5));
    restarted.save(state("log", 6), Fleet.EMPTY);
    assertThat(loadedSequence()).isEqualTo(6);
  }

  @Test
  void whereTheDiskFailsTheOldCopyStaysAndTheNextSaveWritesEverything() throws IOException {
    LastGoodCopy copy = copy();
    copy.save(state("log", 5), FLEET);
    Path blocked = Files.createDirectory(directory.resolve("feed.json.new"));
    FeedState other = new FeedState("log", 6, Map.of(), Map.of(), Set.of("edge-1"), null);
    assertThatThrownBy(() -> copy.save(other, FLEET)).isInstanceOf(IOException.class);
    assertThat(loadedSequence()).isEqualTo(5);
    Files.delete(blocked);
    copy.save(other, FLEET);
    assertThat(copy().load()).map(LastGoodCopy.Contents::state).contains(other);
  }

  @Test
  void whatHasBeenReportedIsNotTakenBackByAWriteThatFails() throws IOException {
    LastGoodCopy copy = copy();
    copy.save(state("log", 5), FLEET);
    copy.save(state("log", 9), FLEET);
    Files.createDirectory(directory.resolve("feed.json.new"));
    FeedState other = new FeedState("log", 10, Map.of(), Map.of(), Set.of("edge-1"), null);
    assertThatThrownBy(() -> copy.save(other, FLEET)).isInstanceOf(IOException.class);
    assertThat(loadedSequence()).isEqualTo(9);
  }

  @Test
  void positionThatACrashHasLeftOfAnotherLogIsNotTakenForTheFurthest() throws IOException {
    LastGoodCopy copy = copy();
    copy.save(state("log", 50), FLEET);
    copy.save(state("log", 90), FLEET);
    byte[] position = Files.readAllBytes(directory.resolve("position"));
    copy.save(state("other", 3), FLEET);
    Files.write(directory.resolve("position"), position);
    LastGoodCopy restarted = copy();
    restarted.load();
    restarted.save(state("other", 4), FLEET);
    assertThat(loadedSequence()).isEqualTo(4);
  }

  @Test
  void onlyItsOwnerReadsIt() throws IOException {
    copy().save(state("log", 5), FLEET);
    assertThat(Files.getPosixFilePermissions(directory.resolve("feed.json")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void aFleetThatOnlyMovedOnIsNotWorthAWrite() throws IOException {
    LastGoodCopy copy = copy();
    copy.save(state("log", 5), FLEET);
    Fleet movedOn =
        new Fleet(
            List.of(
                new NodeStatus(
                    "edge-1",
                    NodeRole.EDGE,
                    "fra",
                    NodeState.SERVING,
                    7,
                    "127.0.0.1:1",
                    List.of())));
    assertThat(copy.differs(movedOn)).isFalse();
    assertThat(copy.differs(Fleet.EMPTY)).isTrue();
  }

  @Test
  void theFormIsAsDocumented() throws IOException {
    LastGoodCopy copy = copy();
    copy.save(state("log", 5), Fleet.EMPTY);
    copy.save(state("log", 6), Fleet.EMPTY);
    copy.save(state("log", 7), Fleet.EMPTY);
    byte[] position = Files.readAllBytes(directory.resolve("position"));
    assertThat(position).hasSize(2 * 4096);
    assertThat(new String(position, 0, 4096, US_ASCII).replace("\0", ""))
        .isEqualTo("log 6 e476de52\n");
    assertThat(new String(position, 4096, 4096, US_ASCII).replace("\0", ""))
        .isEqualTo("log 7 161d5d51\n");
  }

  private LastGoodCopy copy() {
    return new LastGoodCopy(directory);
  }

  private long loadedSequence() throws IOException {
    return copy().load().orElseThrow().state().sequence();
  }

  private static FeedState state(String log, long sequence) {
    return new FeedState(
        log, sequence, Map.of(), Map.of("fra", new Pop("fra", 50.1, 8.7)), Set.of(), "key");
  }
}
