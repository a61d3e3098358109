package io.nearcast.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nearcast.config.feed.FeedHead;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.json.Documents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A control plane that has one state and one fleet to tell, by HTTP. */
final class FakeControlPlane implements AutoCloseable {
  final List<NodeReport> reports = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final FeedState state;
  private final Fleet fleet;

  FakeControlPlane(FeedState state, Fleet fleet) throws IOException {
    this.state = state;
    this.fleet = fleet;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(executor);
    server.createContext("/v1/feed", this::feed);
    server.createContext("/v1/feed/snapshot", exchange -> answer(exchange, 200, state));
    server.createContext("/v1/nodes/", this::report);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private FeedHead head() {
    return new FeedHead(state.log(), state.sequence());
  }

  private void feed(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestURI().getQuery().contains("log=" + state.log())) {
      answer(exchange, 410, head());
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    try (exchange) {
      exchange.getResponseBody().write(event("hello", head()));
      exchange.getResponseBody().write(event("fleet", fleet));
      exchange.getResponseBody().flush();
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void report(HttpExchange exchange) throws IOException {
    reports.add(Documents.readJson(NodeReport.class, exchange.getRequestBody().readAllBytes()));
    answer(exchange, 200, head());
  }

  private static byte[] event(String name, Object data) {
    return ("event: " + name + "\ndata: " + new String(Documents.writeJson(data), UTF_8) + "\n\n")
        .getBytes(UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
    byte[] bytes = Documents.writeJson(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    executor.shutdownNow();
    executor.close();
  }
}
