package io.nearcast.control.catalog;

import io.nearcast.config.json.Documents;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Strong entity tags (RFC 9110 section 8.8.3): the beginning of a hash of the canonical JSON. */
public final class Etag {
  private static final int HASH_BYTES = 12;

  private Etag() {}

  /** The tag of a document, in its quotes. */
  public static String of(Object document) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Documents.writeJson(document));
      return '"' + HexFormat.of().formatHex(hash, 0, HASH_BYTES) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
