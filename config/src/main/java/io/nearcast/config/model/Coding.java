package io.nearcast.config.model;

import java.util.List;
import java.util.Locale;

/** The content codings that an edge can make (RFC 9110 section 8.4.1), each by its token. */
public enum Coding {
  /** Brotli (RFC 7932). */
  BR,
  /** Zstandard (RFC 8878), with a window of at most 8 MB (RFC 9659). */
  ZSTD,
  /** Gzip (RFC 1952). */
  GZIP;

  /** All of them. */
  public static final List<Coding> ALL = List.of(values());

  private final String token = name().toLowerCase(Locale.ROOT);

  /** The token in Accept-Encoding and Content-Encoding. */
  public String token() {
    return token;
  }
}
