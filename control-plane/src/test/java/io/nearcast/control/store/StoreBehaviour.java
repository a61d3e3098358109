package io.nearcast.control.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store does. A test class of each store implements this. */
public interface StoreBehaviour {
  long MEGABYTE = 1 << 20;

  /** The store of this test; each test has one of its own, which is empty at first. */
  Store store();

  /** The same store, closed and opened again. */
  Store reopened();

  static Entry entry(long sequence) {
    return new Entry(sequence, ("{\"sequence\":" + sequence + "}").getBytes(UTF_8));
  }

  static Document document(String key, String value) {
    return new Document(key, value == null ? null : ("\"" + value + "\"").getBytes(UTF_8));
  }

  static List<String> keys(List<Document> documents) {
    return documents.stream().map(Document::key).toList();
  }

  private static String value(byte[] json) {
    String text = new String(json, UTF_8);
    return text.substring(1, text.length() - 1);
  }

  private void commit(Document... documents) throws StaleRevision {
    store().commit(new Commit(store().position().revision() + 1, List.of(), List.of(documents)));
  }

  @Test
  default void newStoreIsEmptyAndHasALog() {
    Position position = store().position();
    assertThat(position.log()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    assertThat(position.revision()).isZero();
    assertThat(position.head()).isZero();
    assertThat(store().read("a")).isNull();
    assertThat(store().entries(0, 10, MEGABYTE)).isEmpty();
  }

  @Test
  default void commitWritesEntriesAndDocumentsTogether() throws Exception {
    store()
        .commit(
            new Commit(
                1, List.of(entry(1), entry(2)), List.of(document("a/1", "x"), document("b", "y"))));

    assertThat(store().position().revision()).isEqualTo(1);
    assertThat(store().position().head()).isEqualTo(2);
    assertThat(store().entries(0, 10, MEGABYTE))
        .extracting(Entry::sequence)
        .containsExactly(1L, 2L);
    assertThat(new String(store().entries(1, 10, MEGABYTE).getFirst().json(), UTF_8))
        .isEqualTo("{\"sequence\":2}");
    assertThat(value(store().read("a/1"))).isEqualTo("x");
  }

  @Test
  default void whatIsWrittenIsThereAfterReopening() throws Exception {
    store().commit(new Commit(1, List.of(entry(1)), List.of(document("a", "x"))));
    Position before = store().position();

    Store again = reopened();

    assertThat(again.position()).isEqualTo(before);
    assertThat(value(again.read("a"))).isEqualTo("x");
    assertThat(again.entries(0, 10, MEGABYTE)).hasSize(1);
    again.commit(new Commit(2, List.of(entry(2)), List.of()));
    assertThat(again.position().head()).isEqualTo(2);
  }

  @Test
  default void staleCommitWritesNothing() throws Exception {
    store().commit(new Commit(1, List.of(entry(1)), List.of(document("a", "x"))));
    assertThatThrownBy(
            () -> store().commit(new Commit(1, List.of(entry(1)), List.of(document("a", "other")))))
        .isInstanceOf(StaleRevision.class);
    assertThatThrownBy(() -> store().commit(new Commit(3, List.of(), List.of())))
        .isInstanceOf(StaleRevision.class);
    assertThat(value(store().read("a"))).isEqualTo("x");
    assertThat(store().entries(0, 10, MEGABYTE)).hasSize(1);
    assertThat(store().position().revision()).isEqualTo(1);
  }

  @Test
  default void gapsInTheLogAreRefused() {
    assertThatThrownBy(() -> store().commit(new Commit(1, List.of(entry(2)), List.of())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(store().position().revision()).isZero();
  }

  @Test
  default void documentsAreReplacedAndDeleted() throws Exception {
    commit(document("a", "x"), document("b", "y"));
    commit(document("a", "z"), document("b", null), document("never", null));
    assertThat(value(store().read("a"))).isEqualTo("z");
    assertThat(store().read("b")).isNull();
    assertThat(keys(store().list("", null, 10, Store.Order.ASCENDING))).containsExactly("a");
  }

  @Test
  default void listsAreOrderedBoundedAndKeepToTheirPrefix() throws Exception {
    commit(
        document("p/2", "2"),
        document("p/1", "1"),
        document("p/3", "3"),
        document("p", "no"),
        document("o/9", "no"),
        document("q/0", "no"));
    assertThat(keys(store().list("p/", null, 2, Store.Order.ASCENDING)))
        .containsExactly("p/1", "p/2");
    assertThat(keys(store().list("p/", "p/2", 2, Store.Order.ASCENDING))).containsExactly("p/3");
    assertThat(keys(store().list("p/", null, 2, Store.Order.DESCENDING)))
        .containsExactly("p/3", "p/2");
    assertThat(keys(store().list("p/", "p/2", 2, Store.Order.DESCENDING))).containsExactly("p/1");
    assertThat(keys(store().list("p/", "a", 9, Store.Order.ASCENDING))).hasSize(3);
    assertThat(keys(store().list("p/", "z", 9, Store.Order.DESCENDING))).hasSize(3);
    assertThat(store().list("x/", null, 2, Store.Order.ASCENDING)).isEmpty();
    assertThat(value(store().list("p/", null, 1, Store.Order.ASCENDING).getFirst().value()))
        .isEqualTo("1");
  }

  @Test
  default void eachWalksOverMoreThanOnePage() throws Exception {
    int count = Store.EACH_PAGE + 20;
    for (int from = 0; from < count; from += 50) {
      List<Document> some = new ArrayList<>();
      for (int i = from; i < Math.min(count, from + 50); i++) {
        some.add(document("many/%05d".formatted(i), "x"));
      }
      commit(some.toArray(Document[]::new));
    }
    List<String> seen = new ArrayList<>();
    store().each("many/", document -> seen.add(document.key()));
    assertThat(seen).hasSize(count).isSorted();
  }

  @Test
  default void entriesAreReadInPages() throws Exception {
    for (int i = 1; i <= 7; i++) {
      store().commit(new Commit(i, List.of(entry(i)), List.of()));
    }
    assertThat(store().entries(2, 3, MEGABYTE))
        .extracting(Entry::sequence)
        .containsExactly(3L, 4L, 5L);
    assertThat(store().entries(7, 3, MEGABYTE)).isEmpty();
  }

  @Test
  default void entriesOfOnePageAreBoundedByTheirBytes() throws Exception {
    for (int i = 1; i <= 5; i++) {
      store().commit(new Commit(i, List.of(new Entry(i, new byte[100])), List.of()));
    }
    assertThat(store().entries(0, 10, 300)).extracting(Entry::sequence).containsExactly(1L, 2L, 3L);
    assertThat(store().entries(3, 10, 299)).extracting(Entry::sequence).containsExactly(4L, 5L);
    assertThat(store().entries(1, 10, 1)).extracting(Entry::sequence).containsExactly(2L);
  }

  @Test
  default void trimmedEntriesAreGoneAndTheLogGoesOn() throws Exception {
    for (int i = 1; i <= 7; i++) {
      store().commit(new Commit(i, List.of(entry(i)), List.of()));
    }
    store().trim(4);
    store().trim(2);
    assertThat(store().entries(4, 10, MEGABYTE)).hasSize(3);
    assertThat(store().entries(5, 10, MEGABYTE))
        .extracting(Entry::sequence)
        .containsExactly(6L, 7L);
    List<Entry> gap = store().entries(1, 10, MEGABYTE);
    assertThat(gap.isEmpty() || gap.getFirst().sequence() == 5).isTrue();
    store().commit(new Commit(8, List.of(entry(8)), List.of()));
    Store again = reopened();
    assertThat(again.position().head()).isEqualTo(8);
    assertThat(again.entries(7, 10, MEGABYTE)).hasSize(1);
    again.trim(8);
    again.commit(new Commit(9, List.of(entry(9)), List.of()));
    assertThat(again.entries(8, 10, MEGABYTE)).extracting(Entry::sequence).containsExactly(9L);
  }

  @Test
  default void largeServiceAndPurgeFit() throws Exception {
    assertThat(store().fits(6, 200_000)).isTrue();
    String large = "x".repeat(60_000);
    commit(document("a", large), document("b", large), document("c", large));
    assertThat(value(store().read("b"))).isEqualTo(large);
  }
}
