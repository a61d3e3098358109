package io.nearcast.control.store.consul;

import com.orbitz.consul.model.catalog.ImmutableCatalogDeregistration;
import com.orbitz.consul.model.catalog.ImmutableCatalogRegistration;
import com.orbitz.consul.model.health.ImmutableService;
import com.orbitz.consul.model.health.Node;
import com.orbitz.consul.option.ImmutableQueryOptions;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.launch.HostPort;
import io.nearcast.control.store.FleetCatalogue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The fleet in Consul's catalogue, as external nodes: each node of Nearcast is a node {@code
 * PREFIX-ID} of Consul with one service, {@code nearcast-edge}, {@code nearcast-shield} or {@code
 * nearcast-router}, and its health. Its PoP is a tag and, with its state, in the service's meta.
 *
 * <p>The prefix keeps apart nodes of different CDNs, and those of machines with a Consul agent.
 * Thread-safe.
 */
final class ConsulCatalogue implements FleetCatalogue {
  /** The prefix of the CDN's keys, in the meta of each node. */
  private static final String OWNER = "nearcast";

  private final ConsulKv consul;
  private final String prefix;
  private final String name;

  /**
   * @param prefix of the keys of this CDN
   */
  ConsulCatalogue(ConsulKv consul, String prefix) {
    this.consul = consul;
    this.prefix = prefix;
    this.name = prefix.replaceAll("[^A-Za-z0-9-]", "-") + "-";
  }

  @Override
  public void put(NodeStatus node) {
    HostPort address = HostPort.parse(node.address());
    String role = word(node.role());
    var service =
        ImmutableService.builder()
            .id(node.id())
            .service("nearcast-" + role)
            .address(address.host())
            .port(address.port())
            .putMeta("pop", node.pop())
            .putMeta("state", word(node.state()))
            .putMeta("id", node.id());
    if (!node.pop().isEmpty()) {
      service.addTags(node.pop());
    }
    var registration =
        ImmutableCatalogRegistration.builder()
            .node(name + node.id())
            .address(address.host())
            .nodeMeta(
                Map.of(
                    OWNER,
                    prefix,
                    "id",
                    node.id(),
                    "external-node",
                    "true",
                    "external-probe",
                    "false"))
            .service(service.build())
            .check(new CatalogueCheck(node.id(), node.state()))
            .build();
    consul.told(agent -> {
      agent.catalogClient().register(registration);
      return role;
    });
  }

  @Override
  public void remove(String id) {
    consul.told(agent -> {
      agent
          .catalogClient()
          .deregister(ImmutableCatalogDeregistration.builder().node(name + id).build());
      return id;
    });
  }

  @Override
  public Set<String> ids() {
    var mine = ImmutableQueryOptions.builder().nodeMeta(List.of(OWNER + ":" + prefix)).build();
    List<Node> nodes = consul.told(agent -> agent.catalogClient().getNodes(mine).getResponse());
    return nodes.stream()
        .map(Node::getNode)
        .filter(node -> node.startsWith(name))
        .map(node -> node.substring(name.length()))
        .collect(Collectors.toSet());
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
