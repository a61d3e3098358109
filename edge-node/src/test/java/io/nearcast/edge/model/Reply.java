package io.nearcast.edge.model;

import java.nio.charset.StandardCharsets;

/**
 * What a client got.
 *
 * @param status 0 where the connection ended before a head came
 * @param head its fields
 * @param body what came of its body, without framing
 * @param complete whether the body came to its end
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Reply(int status, Head head, byte[] body, boolean complete) {
  /** The connection ended before a head came. */
  public static final Reply NONE = new Reply(0, Head.EMPTY, new byte[0], false);

  /** The body as text. */
  public String text() {
    return new String(body, StandardCharsets.ISO_8859_1);
  }

  /** The answer of the origin that its head comes from; -1 where it does not say. */
  public int serial() {
    String serial = head.first(Site.SERIAL);
    return serial == null ? -1 : Integer.parseInt(serial);
  }

  @Override
  public String toString() {
    return status + " " + head.lines() + ' ' + text() + (complete ? "" : " (cut off)");
  }
}
