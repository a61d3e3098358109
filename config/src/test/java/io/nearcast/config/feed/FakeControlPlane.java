package io.nearcast.config.feed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.ReportAnswer;
import io.nearcast.config.json.Documents;
import io.nearcast.config.lease.LeaseGrant;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A control plane of one log in memory, which can also behave badly. */
final class FakeControlPlane implements AutoCloseable {
  /** In a stream's queue: break the connection. */
  private static final byte[] CUT = new byte[0];

  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<NodeReport> reports = new CopyOnWriteArrayList<>();
  final Set<Integer> reportingPorts = ConcurrentHashMap.newKeySet();
  volatile int reportStatus = 200;

  /** Whether it says that it could not write down what reports have counted. */
  volatile boolean reportsAgain;

  volatile int feedStatus = 200;
  volatile boolean pings = true;

  /** What reports are worth, null for nothing. */
  volatile LeaseGrant lease;

  /** Entries up to here are no longer in the log, only in snapshots. */
  volatile long compactedTo;

  /** What snapshots say of purges, null for nothing. */
  volatile KnownPurges purges;

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final List<BlockingQueue<byte[]>> streams = new CopyOnWriteArrayList<>();
  private final List<FeedEntry> entries = new ArrayList<>();
  private FeedState state;
  private Fleet fleet = Fleet.EMPTY;

  FakeControlPlane(String log) throws IOException {
    this(log, 0);
  }

  FakeControlPlane(String log, int port) throws IOException {
    state = FeedState.empty(log);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
    server.setExecutor(executor);
    server.createContext("/v1/feed", this::feed);
    server.createContext("/v1/feed/snapshot", this::snapshot);
    server.createContext("/v1/nodes/", this::report);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  int port() {
    return server.getAddress().getPort();
  }

  synchronized FeedState state() {
    return state;
  }

  /** Appends the changes and sends them as one batch. */
  synchronized void append(Change... changes) {
    long first = state.sequence() + 1;
    for (Change change : changes) {
      FeedEntry entry =
          new FeedEntry(state.sequence() + 1, Instant.parse("2026-01-31T12:00:00Z"), change);
      entries.add(entry);
      state = state.apply(entry);
    }
    send(batch(first));
  }

  synchronized void fleet(Fleet now) {
    fleet = now;
    send(event("fleet", now));
  }

  /** Sends bytes as they are to all who follow. */
  void send(String text) {
    streams.forEach(stream -> stream.add(text.getBytes(UTF_8)));
  }

  /** Breaks the connections of all who follow. */
  void cut() {
    streams.forEach(stream -> stream.add(CUT));
  }

  int followers() {
    return streams.size();
  }

  @Override
  public void close() {
    server.stop(0);
    cut();
    executor.shutdownNow();
    executor.close();
  }

  static String event(String name, Object data) {
    return "event: " + name + "\ndata: " + new String(Documents.writeJson(data), UTF_8) + "\n\n";
  }

  private synchronized String batch(long first) {
    List<FeedEntry> batch = entries.subList((int) first - 1, entries.size());
    return event("entries", batch);
  }

  private void feed(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    requests.add("feed " + query);
    BlockingQueue<byte[]> stream = new LinkedBlockingQueue<>();
    synchronized (this) {
      long after = Long.parseLong(query.replaceAll(".*after=([0-9]+).*", "$1"));
      boolean goesOn =
          query.endsWith("log=" + state.log()) && after <= state.sequence() && after >= compactedTo;
      if (!goesOn || feedStatus != 200) {
        answer(exchange, goesOn ? feedStatus : 410, "{}");
        return;
      }
      stream.add(event("hello", new FeedHead(state.log(), state.sequence())).getBytes(UTF_8));
      stream.add(event("fleet", fleet).getBytes(UTF_8));
      if (after < state.sequence()) {
        stream.add(batch(after + 1).getBytes(UTF_8));
      }
      streams.add(stream);
    }
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      stream(stream, out);
    } catch (IOException e) {
      requests.add("gone " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      streams.remove(stream);
    }
  }

  private void stream(BlockingQueue<byte[]> stream, OutputStream out)
      throws IOException, InterruptedException {
    while (true) {
      byte[] bytes = stream.poll(50, TimeUnit.MILLISECONDS);
      if (bytes != null && bytes.length == CUT.length) {
        throw new IOException("cut");
      }
      if (bytes != null) {
        out.write(bytes);
      } else if (pings) {
        out.write(": ping\n\n".getBytes(UTF_8));
      }
      out.flush();
    }
  }

  private void snapshot(HttpExchange exchange) throws IOException {
    requests.add("snapshot");
    answer(exchange, 200, new String(Documents.writeJson(FeedSnapshot.of(state(), purges)), UTF_8));
  }

  private void report(HttpExchange exchange) throws IOException {
    reportingPorts.add(exchange.getRemoteAddress().getPort());
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (reportStatus == 200) {
      reports.add(Documents.readJson(NodeReport.class, body));
    }
    FeedState now = state();
    Boolean again = reportsAgain ? Boolean.TRUE : null;
    byte[] said = Documents.writeJson(new ReportAnswer(now.log(), now.sequence(), lease, again));
    answer(exchange, reportStatus, new String(said, UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
