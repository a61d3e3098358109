package io.nearcast.router.dns;

import org.jspecify.annotations.Nullable;

/**
 * The OPT record of a query (RFC 6891).
 *
 * @param payloadBytes the largest datagram that the client can take, as it says
 * @param dnssecOk the DO bit, which is copied into responses (RFC 3225)
 * @param subnet the client subnet, null where there is none
 */
record Edns(int payloadBytes, boolean dnssecOk, @Nullable ClientSubnet subnet) {}
