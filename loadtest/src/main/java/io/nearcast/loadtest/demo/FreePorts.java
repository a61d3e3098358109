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
  private FreePorts() {}

  /**
   * Tries to bind each address.
   *
   * @throws StartFailure naming each address that is taken, by whom, and what to do
   */
  static void check(CdnPlan plan) {
    List<String> taken = new ArrayList<>();
    addresses(plan)
        .forEach((address, purpose) -> {
          if (!isFree(address) || (purpose.endsWith("DNS") && !isFreeForUdp(address))) {
            taken.add(
                purpose
                    + " at "
                    + address
                    + PortOwners.of(address.port()).map(owner -> ", by " + owner).orElse(""));
          }
        });
    if (!taken.isEmpty()) {
      throw new StartFailure(
          (taken.size() == 1 ? "an address is in use: " : "addresses are in use: ")
              + String.join("; ", taken)
              + ": stop what listens there, or add to all ports with --port-offset 1000");
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
    addresses.put(plan.router().dns(), "router DNS");
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
