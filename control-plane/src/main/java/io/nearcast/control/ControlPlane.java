package io.nearcast.control;

import io.nearcast.config.launch.DataDirectory;
import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.control.auth.AdminTokenFile;
import io.nearcast.control.auth.Tokens;
import io.nearcast.control.compaction.Compactor;
import io.nearcast.control.compaction.Snapshots;
import io.nearcast.control.feed.FeedTail;
import io.nearcast.control.fleet.FleetPublisher;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.fleet.PeerExchange;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.purge.Purges;
import io.nearcast.control.rest.RestApi;
import io.nearcast.control.rest.RestServer;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import io.nearcast.control.store.consul.ConsulAddress;
import io.nearcast.control.store.consul.ConsulStore;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control plane. Data flows through its parts in the order in which they start: the store, the
 * ledger that alone changes it, what follows the ledger (tokens, members, purges, feed), and the
 * REST API on top. They stop the other way round.
 *
 * <p>Thread-safe.
 */
public final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

  private final Deque<AutoCloseable> parts;
  private final InetSocketAddress address;
  private final String adminToken;

  private ControlPlane(Deque<AutoCloseable> parts, InetSocketAddress address, String adminToken) {
    this.parts = parts;
    this.address = address;
    this.adminToken = adminToken;
  }

  /**
   * Starts a control plane; it serves when this returns.
   *
   * @throws StartFailure if directory or address cannot be used
   */
  public static ControlPlane start(ControlPlaneOptions options) {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      return start(options, parts);
    } catch (RuntimeException e) {
      close(parts);
      throw e;
    }
  }

  private static ControlPlane start(ControlPlaneOptions options, Deque<AutoCloseable> parts) {
    InstantSource clock = InstantSource.system();
    DataDirectory data = DataDirectory.open("--data", options.data());
    parts.push(data);
    Store store = open(data, options);
    parts.push(store);
    Ledger ledger = Ledger.open(store, clock);
    parts.push(ledger);
    Tokens tokens = Tokens.open(ledger, clock);
    String adminToken = AdminTokenFile.in(data.path()).ensure(tokens);
    Members members = Members.open(ledger, System::nanoTime);
    parts.push(PeerExchange.start(store, members));
    Purges purges = Purges.open(ledger, members);
    parts.push(purges);
    Snapshots snapshots = Snapshots.open(ledger);
    parts.push(Compactor.start(ledger, snapshots, options.logEntries()));
    FeedTail tail = new FeedTail(ledger.state().log(), ledger.state().sequence());
    ledger.listen(tail::committed);
    parts.push(FleetPublisher.start(members, tail));
    RestApi api = new RestApi(ledger, tokens, members, purges, tail, snapshots);
    RestServer server = serve(api, options.listen());
    parts.push(server);
    parts.push(tail::close);
    parts.push(purges::endWaits);
    InetSocketAddress address = new InetSocketAddress(options.listen().getAddress(), server.port());
    return new ControlPlane(parts, address, adminToken);
  }

  private static Store open(DataDirectory data, ControlPlaneOptions options) {
    ConsulAddress consul = options.consul();
    try {
      return consul == null ? SqliteStore.open(data.path()) : ConsulStore.open(consul);
    } catch (StoreFailure e) {
      throw new StartFailure(
          e.getMessage() + (consul == null ? "" : ": start it, or name another with --consul"), e);
    }
  }

  private static RestServer serve(RestApi api, InetSocketAddress listen) {
    try {
      return api.serve(listen);
    } catch (IOException e) {
      throw StartFailure.listening("--listen", HostPort.of(listen), e);
    }
  }

  /** Where it serves. */
  public InetSocketAddress address() {
    return address;
  }

  /** The token of an administrator, as in {@code admin.token}; empty where only others have one. */
  public String adminToken() {
    return adminToken;
  }

  /** Ends the streams, lets requests end, and stops. */
  @Override
  public void close() {
    close(parts);
  }

  private static void close(Deque<AutoCloseable> parts) {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.error("{} did not stop cleanly", part.getClass().getSimpleName(), e);
      }
    }
  }
}
