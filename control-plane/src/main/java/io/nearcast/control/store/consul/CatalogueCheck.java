package io.nearcast.control.store.consul;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.orbitz.consul.model.agent.Check;
import io.nearcast.config.fleet.NodeState;
import java.util.List;
import java.util.Optional;

/**
 * The health of a node as Consul's catalogue takes it: with a status, which the client's own type
 * for checks does not have, for agents find it out themselves.
 */
@JsonSerialize(as = CatalogueCheck.class)
final class CatalogueCheck extends Check {
  private final String service;
  private final NodeState state;

  /**
   * @param service the service's id
   * @param state critical where it is down, a warning where it takes no new clients
   */
  CatalogueCheck(String service, NodeState state) {
    this.service = service;
    this.state = state;
  }

  @JsonProperty("CheckID")
  @Override
  public String getId() {
    return "nearcast:" + service;
  }

  @Override
  public String getName() {
    return "Reports to the control plane";
  }

  /** Consul's word. */
  @JsonProperty("Status")
  public String getStatus() {
    return switch (state) {
      case SERVING -> "passing";
      case DRAINING -> "warning";
      case DOWN -> "critical";
    };
  }

  @Override
  public Optional<String> getOutput() {
    return Optional.of(
        switch (state) {
          case SERVING -> "it reports and takes clients";
          case DRAINING -> "it reports and takes no new clients";
          case DOWN -> "it does not report";
        });
  }

  @Override
  public Optional<String> getServiceId() {
    return Optional.of(service);
  }

  @Override
  public Optional<String> getNotes() {
    return Optional.empty();
  }

  @Override
  public Optional<List<String>> getArgs() {
    return Optional.empty();
  }

  @Override
  public Optional<String> getInterval() {
    return Optional.empty();
  }

  @Override
  public Optional<String> getTtl() {
    return Optional.empty();
  }

  @Override
  public Optional<String> getHttp() {
    return Optional.empty();
  }

  @Override
  public Optional<String> getTcp() {
    return Optional.empty();
  }

  @Override
  public Optional<String> getGrpc() {
    return Optional.empty();
  }

  @Override
  public Optional<Boolean> getGrpcUseTls() {
    return Optional.empty();
  }

  @Override
  public List<String> getServiceTags() {
    return List.of();
  }

  @Override
  public Optional<String> getDeregisterCriticalServiceAfter() {
    return Optional.empty();
  }
}
