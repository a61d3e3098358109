package io.nearcast.router.pick;

import java.net.Inet4Address;
import java.net.InetSocketAddress;

/** Which addresses a client can use. */
public enum Family {
  /** Only IPv4. */
  IPV4,
  /** Only IPv6. */
  IPV6,
  /** Both. */
  ANY;

  /** Whether an address is of this family. */
  public boolean has(InetSocketAddress address) {
    return this == ANY || (this == IPV4) == (address.getAddress() instanceof Inet4Address);
  }
}
