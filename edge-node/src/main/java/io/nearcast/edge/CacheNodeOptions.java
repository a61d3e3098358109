package io.nearcast.edge;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Upgrade;
import io.nearcast.edge.flow.Engine;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a caching node is started with.
 *
 * @param tier whether it is an edge or a shield
 * @param listen where clients connect, port 0 for any
 * @param admin where the admin endpoint listens, port 0 for any
 * @param memoryBytes the most bytes that cached responses take, at least 1 MiB
 * @param threads how many event loops, at least 1
 * @param accessLog the file to log requests to
 * @param trustTiers networks ({@code CIDR}) whose {@code Nearcast-*} fields are believed
 * @param source where its services come from
 */
public record CacheNodeOptions(
    Engine.Tier tier,
    HostPort listen,
    HostPort admin,
    long memoryBytes,
    int threads,
    Optional<Path> accessLog,
    List<String> trustTiers,
    Source source) {

  /** The memory where none is given: 256 MiB. */
  public static final long MEMORY_BYTES_DEFAULT = 256L << 20;

  /** Where a node's services come from. */
  public sealed interface Source {

    /**
     * One origin for every host, without a control plane.
     *
     * @param origin scheme, host and port
     * @param shields asked before the origin, in an order by key
     * @param cache how responses are cached, beside what the origin says
     * @param upgrades what clients may go on with instead of HTTP
     */
    record Standalone(URI origin, List<URI> shields, CachePolicy cache, List<Upgrade> upgrades)
        implements Source {}

    /**
     * The feed of a control plane.
     *
     * @param id the node's id
     * @param pop where it stands
     * @param controlPlanes which are followed, in order of preference
     * @param token gives the node's token
     * @param data the directory of this node alone
     * @param advertise where others reach it, {@code ADDR:PORT}; the listen address where empty
     */
    record Member(
        String id,
        String pop,
        List<URI> controlPlanes,
        Supplier<String> token,
        Path data,
        Optional<HostPort> advertise)
        implements Source {}
  }

  /** Copies the list. */
  public CacheNodeOptions {
    trustTiers = List.copyOf(trustTiers);
  }
}
