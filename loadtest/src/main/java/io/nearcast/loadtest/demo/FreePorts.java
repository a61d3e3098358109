package io.nearcast.loadtest.demo;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.loadtest.cdn.CdnPlan;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds all taken ports of a CDN before it starts, so that they are named at once. */
final class FreePorts {
  private static final String DNS = "router DNS";

  private FreePorts() {}

  /**
   * Tries to bind each address.
   *
   * @throws StartFailure naming each address that is taken, by whom, and what to do
   */
  static void check(CdnPlan plan) {
    Map<String, List<String>> taken = new LinkedHashMap<>();
    addresses(plan)
        .forEach((address, purpose) -> {
          if (!isFree(address) || (purpose.equals(DNS) && !isFreeForUdp(address))) {
            String owner = PortOwners.of(address.port()).orElse("another process");
            taken
                .computeIfAbsent(owner, _ -> new ArrayList<>())
                .add(address + " (" + purpose + ")");
          }
        });
    if (!taken.isEmpty()) {
      List<String> causes = new ArrayList<>();
      taken.forEach((owner, uses) -> causes.add(owner + " uses " + String.join(", ", uses)));
      throw new StartFailure(
          String.join("; ", causes) + ": stop it, or add to all ports with --port-offset 1000");
    }
  }

  private static Map<HostPort, String> addresses(CdnPlan plan) {
    Map<HostPort, String> addresses = new LinkedHashMap<>();
    addresses.put(plan.controlPlane(), "control plane");
    addresses.put(plan.shield().listen(), "shield");
    addresses.put(plan.shield().admin(), "shield admin");
    for (CdnPlan.Node edge : plan.edges()) {
      addresses.put(edge.listen(), "edge " + edge.id());
      addresses.put(edge.admin(), "edge " + edge.id() + " admin");
    }
    addresses.put(plan.router().dns(), DNS);
    addresses.put(plan.router().http(), "router HTTP");
    addresses.put(plan.router().admin(), "router admin");
    return addresses;
  }

  private static boolean isFree(HostPort address) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(address.toSocketAddress());
      return true;
    } catch (BindException _) {
      return false;
    } catch (IOException e) {
      throw new StartFailure("cannot listen on " + address + ": " + e.getMessage(), e);
    }
  }

  private static boolean isFreeForUdp(HostPort address) {
    try (DatagramSocket _ = new DatagramSocket(address.toSocketAddress())) {
      return true;
    } catch (SocketException _) {
      return false;
    }
  }
}
