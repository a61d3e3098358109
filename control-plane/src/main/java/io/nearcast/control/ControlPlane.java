package io.nearcast.control;

import io.nearcast.config.launch.DataDirectory;
import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.control.auth.AdminTokenFile;
import io.nearcast.control.auth.Tokens;
import io.nearcast.control.compaction.Compactor;
import io.nearcast.control.compaction.History;
import io.nearcast.control.compaction.Snapshots;
import io.nearcast.control.feed.FeedTail;
import io.nearcast.control.fleet.CataloguePublisher;
import io.nearcast.control.fleet.FleetPublisher;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.fleet.PeerExchange;
import io.nearcast.control.fleet.ReplicaExchange;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.purge.Purges;
import io.nearcast.control.rest.RestApi;
import io.nearcast.control.rest.RestServer;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import io.nearcast.control.store.consul.ConsulAddress;
import io.nearcast.control.store.consul.ConsulStore;
import io.nearcast.control.store.consul.KnownPosition;
import io.nearcast.control.store.sqlite.SqliteStore;
import io.nearcast.control.warm.Warms;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control plane. Data flows through its parts in the order in which they start: the store, the
 * ledger that alone changes it, what follows the ledger (tokens, members, purges, feed), and the
 * REST API on top. They stop the other way round.
 *
 * <p>Where the store does not go on from what the ledger knows, because somebody has put a backup
 * back or all that followed was compacted away, all parts stop and start again at the same address.
 *
 * <p>Thread-safe: {@code lock} guards {@code running} and {@code closed}.
 */
public final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
  private static final long RETRY_SECONDS = 1;

  private final DataDirectory data;
  private final InetSocketAddress address;
  private final ControlPlaneOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private Running running;
  private boolean closed;
  private long begunNanos = System.nanoTime();

  /** All parts, the last one first. */
  private record Running(
      Deque<AutoCloseable> parts, Ledger ledger, InetSocketAddress address, String adminToken) {

    void stop() {
      close(parts);
    }
  }

  private ControlPlane(ControlPlaneOptions options, DataDirectory data, Running running) {
    this.data = data;
    this.address = running.address();
    this.options =
        new ControlPlaneOptions(options.data(), address, options.consul(), options.logEntries());
    this.running = running;
  }

  /**
   * Starts a control plane; it serves when this returns.
   *
   * @throws StartFailure if directory, address or store cannot be used
   */
  public static ControlPlane start(ControlPlaneOptions options) {
    DataDirectory data = DataDirectory.open("--data", options.data());
    try {
      ControlPlane started = new ControlPlane(options, data, run(options, data));
      started.watch(started.running.ledger());
      return started;
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  private static Running run(ControlPlaneOptions options, DataDirectory data) {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      return run(options, data, parts);
    } catch (StoreFailure | Refusal e) {
      close(parts);
      throw new StartFailure(
          e.getMessage() + (options.consul() == null ? "" : "; --consul names " + options.consul()),
          e);
    } catch (RuntimeException e) {
      close(parts);
      throw e;
    }
  }

  private void watch(Ledger ledger) {
    ledger.onOutOfStep(() -> Thread.ofVirtual().name("renewal").start(this::renew));
  }

  /** Stops all parts and starts them again, however often that takes. */
  private void renew() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      running.stop();
      // Where it had to begin anew just now, it is not at once that it is better.
      long pauseNanos = begunNanos + TimeUnit.SECONDS.toNanos(RETRY_SECONDS) - System.nanoTime();
      while (!closed && pauseNanos > 0) {
        pauseNanos = closing.awaitNanos(pauseNanos);
      }
      String trouble = "";
      while (!closed) {
        try {
          running = run(options, data);
          begunNanos = System.nanoTime();
          watch(running.ledger());
          LOG.info("has begun anew, with the log {}", running.ledger().state().log());
          return;
        } catch (RuntimeException e) {
          if (!trouble.equals(e.getMessage())) {
            trouble = String.valueOf(e.getMessage());
            LOG.warn("cannot begin anew, tries on", e);
          }
        }
        closing.await(RETRY_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private static Running run(
      ControlPlaneOptions options, DataDirectory data, Deque<AutoCloseable> parts) {
    InstantSource clock = InstantSource.system();
    Store store = open(data, options);
    parts.push(store);
    Ledger ledger = Ledger.open(store, clock);
    parts.push(ledger);
    Tokens tokens = Tokens.open(ledger, clock);
    String adminToken = AdminTokenFile.in(data.path()).ensure(tokens);
    Members members = Members.open(ledger, System::nanoTime);
    parts.push(PeerExchange.start(store, members));
    parts.push(ReplicaExchange.start(members));
    Purges purges = Purges.open(ledger, members);
    parts.push(purges);
    Snapshots snapshots = Snapshots.open(ledger);
    parts.push(Compactor.start(ledger, snapshots, options.logEntries()));
    int purgesKept = store.isShared() ? Purges.KEPT_SHARED_MAX : Purges.KEPT_MAX;
    parts.push(History.start(ledger, List.of(Purges.history(purgesKept), Warms.history())));
    FeedTail tail = FeedTail.follow(ledger);
    parts.push(FleetPublisher.start(members, tail));
    Warms warms = new Warms(ledger, members, clock);
    RestApi api = new RestApi(ledger, tokens, members, purges, warms, tail, snapshots);
    parts.push(CataloguePublisher.start(store, members));
    RestServer server = serve(api, options.listen());
    parts.push(server);
    parts.push(tail::close);
    parts.push(purges::endWaits);
    InetSocketAddress address = new InetSocketAddress(options.listen().getAddress(), server.port());
    return new Running(parts, ledger, address, adminToken);
  }

  private static Store open(DataDirectory data, ControlPlaneOptions options) {
    ConsulAddress consul = options.consul();
    return consul == null
        ? SqliteStore.open(data.path())
        : ConsulStore.open(consul, KnownPosition.in(data.path()));
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
    lock.lock();
    try {
      return running.adminToken();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the streams, lets requests end, and stops. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      closing.signalAll();
      running.stop();
      data.close();
    } finally {
      lock.unlock();
    }
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
