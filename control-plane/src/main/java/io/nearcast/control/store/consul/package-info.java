/**
 * The store in Consul, for many control planes. Start with {@link
 * io.nearcast.control.store.consul.ConsulStore}.
 */
@NullMarked
package io.nearcast.control.store.consul;

import org.jspecify.annotations.NullMarked;
