package io.nearcast.control.rest;

import io.nearcast.control.ControlPlane;
import io.nearcast.control.ControlPlaneOptions;
import io.nearcast.control.store.consul.ConsulAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;

/** A control plane in this process, and its first administrator as a client. */
public final class RunningControlPlane implements AutoCloseable {
  private final ControlPlane controlPlane;
  private final Http admin;

  private RunningControlPlane(ControlPlane controlPlane) {
    this.controlPlane = controlPlane;
    admin = new Http(controlPlane.address(), controlPlane.adminToken());
  }

  public static RunningControlPlane in(Path directory) {
    return new RunningControlPlane(
        ControlPlane.start(
            new ControlPlaneOptions(
                directory, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))));
  }

  /** One that shares its store with others in Consul. */
  public static RunningControlPlane in(Path directory, URI consul) {
    return new RunningControlPlane(
        ControlPlane.start(
            new ControlPlaneOptions(
                directory,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ConsulAddress.parse(consul.toString(), null))));
  }

  public ControlPlane controlPlane() {
    return controlPlane;
  }

  public Http admin() {
    return admin;
  }

  /** A client with a new token of a role, for one service or, where that is null, all. */
  public Http client(String role, String service) {
    String body =
        service == null
            ? "{\"role\":\"%s\"}".formatted(role)
            : "{\"role\":\"%s\",\"service\":\"%s\"}".formatted(role, service);
    return admin.as(admin.post("/v1/tokens", body).text("/token"));
  }

  /** A service's document with one origin. */
  public static String service(String... domains) {
    return """
    {"domains": ["%s"], "origins": [{"name": "main", "url": "http://127.0.0.1:9"}]}\
    """
        .formatted(String.join("\", \"", domains));
  }

  @Override
  public void close() {
    admin.close();
    controlPlane.close();
  }
}
