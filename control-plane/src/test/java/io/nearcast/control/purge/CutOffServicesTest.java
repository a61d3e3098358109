package io.nearcast.control.purge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.control.catalog.CutOff;
import io.nearcast.control.fleet.Survey;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class CutOffServicesTest {

  @Test
  void surveyWithoutEdgesSaysNothingOfEntriesBeyondTheHeadBeforeIt(@TempDir Path directory) {
    try (Store store = SqliteStore.open(directory);
        Ledger ledger = Ledger.open(store, InstantSource.system())) {
      CutOffServices services = CutOffServices.open(ledger);
      Survey nobody = new Survey(List.of(), Long.MAX_VALUE);
      ledger.write(draft -> {
        draft.put(CutOff.PREFIX + "shop", new CutOff(7, false));
        return 7;
      });
      services.note(nobody, 6);
      assertThat(services.sinces()).isEqualTo(Map.of("shop", 7L));
      assertThat(services.anyUnknown()).isTrue();
      services.note(nobody, 7);
      assertThat(services.since("shop")).isZero();
      assertThat(services.anyUnknown()).isFalse();
    }
  }
}
