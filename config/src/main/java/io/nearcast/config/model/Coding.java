package io.nearcast.config.model;

import java.util.List;
import java.util.Locale;

/** The content codings that an edge can make (RFC 9110 section 8.4.1), each by its token. */
public enum Coding {
  /** Brotli (RFC 7932). */
  BR(0),
  /** Zstandard (RFC 8878), with a window of at most 8 MB (RFC 9659). */
  ZSTD(1),
  /** Gzip (RFC 1952). */
  GZIP(2);

  /** All of them. */
  public static final List<Coding> ALL = List.of(values());

  private final String token = name().toLowerCase(Locale.ROOT);
  private final int index;

  Coding(int index) {
    this.index = index;
  }

  /** Its place in arrays that have one for each coding, from 0. */
  public int index() {
    return index;
  }

  /** The token in Accept-Encoding and Content-Encoding. */
  public String token() {
    return token;
  }
}
