package io.nearcast.router.zone;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A router of the fleet: a name server of every zone, under the name {@code {id}.{zone}}.
 *
 * @param id its id, one label
 * @param address where it answers DNS, null where it has told none that clients could use
 */
public record NameServer(String id, @Nullable InetAddress address) {}
