package io.nearcast.config.model;

/** Protocols that a client may ask to go on with instead of HTTP/1.1 (RFC 9110 section 7.8). */
public enum Upgrade {
  /** RFC 6455: from the handshake on, bytes are passed on both ways as they come. */
  WEBSOCKET
}
