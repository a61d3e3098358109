package io.nearcast.router.dns;

import io.nearcast.router.geo.Prefix;
import io.nearcast.router.zone.WireName;
import org.jspecify.annotations.Nullable;

/** What came in. */
sealed interface Received {

  /** Something that gets no response: shorter than a header, or a response itself. */
  record Ignored() implements Received {}

  /** Something that gets a response, even if only an error. */
  sealed interface Answerable extends Received {
    /** The message's id. */
    int id();

    /** Opcode and RD of the header, in their places. */
    int flags();

    /** How many bytes the question takes, which are copied into the response; 0 for none. */
    int questionBytes();

    /** What the OPT record said, null without one. */
    @Nullable Edns edns();
  }

  /**
   * A message that is no query that could be answered.
   *
   * @param rcode why
   */
  record Rejected(int id, int flags, int questionBytes, @Nullable Edns edns, Rcode rcode)
      implements Answerable {}

  /**
   * A query.
   *
   * @param name what is asked for, in lower case
   * @param type the type of records
   * @param dnsClass the class of records
   */
  record Query(
      int id,
      int flags,
      int questionBytes,
      @Nullable Edns edns,
      WireName name,
      int type,
      int dnsClass)
      implements Answerable {

    /** The client's network, where the query tells it; null where it does not. */
    @Nullable Prefix toldClient() {
      ClientSubnet subnet = edns == null ? null : edns.subnet();
      return subnet != null && subnet.isUsable() ? subnet.network() : null;
    }
  }
}
