/**
 * Authoritative DNS over UDP and TCP: a strict codec of its own, the answers, the servers. Start
 * with {@link io.nearcast.router.dns.Responder}.
 */
@NullMarked
package io.nearcast.router.dns;

import org.jspecify.annotations.NullMarked;
