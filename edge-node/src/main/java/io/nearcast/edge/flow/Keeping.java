package io.nearcast.edge.flow;

import io.nearcast.edge.store.Store;
import io.nearcast.edge.store.StoredResponse;
import java.util.function.BooleanSupplier;

/** Stores what a fill has brought, unless an unsafe request has made that doubtful meanwhile. */
final class Keeping {
  private Keeping() {}

  /**
   * Stores a response. Whoever invalidates a URL says so first and empties the store then, on
   * another thread: what is put just behind that is taken out again here.
   *
   * @param response a reference passes
   * @param variantsMax as {@link Store#put(StoredResponse, int)} has it
   * @param doubtful whether its URL was invalidated after it was asked for
   */
  static void put(Store store, StoredResponse response, int variantsMax, BooleanSupplier doubtful) {
    if (doubtful.getAsBoolean()) {
      response.release();
      return;
    }
    store.put(response, variantsMax);
    if (doubtful.getAsBoolean()) {
      store.remove(response);
    }
  }
}
