package io.nearcast.config.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.ReportAnswer;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests that a node makes of its control planes. One of them is the current one; after a
 * failure the caller moves on to the next.
 *
 * <p>For one thread, which asks one thing at a time, and keeps the connection for the next; {@link
 * #close} is for any.
 */
final class ControlPlaneClient implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlPlaneClient.class);
  private static final int SNAPSHOT_BYTES_MAX = 1 << 30;
  private static final int ANSWER_BYTES_MAX = 64 << 10;

  /** The control plane no longer has, or never had, the entries that were asked for (410). */
  static final class Gone extends IOException {
    private static final long serialVersionUID = 1;

    Gone() {
      super("the feed does not go on from where this node is");
    }
  }

  private final List<URI> controlPlanes;
  private final Supplier<String> token;
  private final Timing timing;
  private final AtomicInteger current = new AtomicInteger();

  /** The last one that was opened, guarded by this. */
  private @Nullable HttpConnection connection;

  /** Guarded by this. */
  private boolean closed;

  ControlPlaneClient(List<URI> controlPlanes, Supplier<String> token, Timing timing) {
    this.controlPlanes = List.copyOf(controlPlanes);
    this.token = token;
    this.timing = timing;
  }

  /** How many control planes there are. */
  int size() {
    return controlPlanes.size();
  }

  /** The control plane that is asked now. */
  URI current() {
    return controlPlanes.get(Math.floorMod(current.get(), controlPlanes.size()));
  }

  /** From now on the next one is asked. */
  void moveOn() {
    current.incrementAndGet();
  }

  /**
   * Opens the feed.
   *
   * @throws Gone if a snapshot is needed first
   * @throws IOException if the control plane does not answer with a feed
   */
  EventStream follow(FeedState from) throws IOException {
    String path = "/v1/feed?after=" + from.sequence() + "&log=" + from.log();
    ByteStream body = get(path, "text/event-stream", timing.connectMax());
    return new EventStream(body, timing.silenceMax());
  }

  /**
   * Takes a snapshot.
   *
   * @throws IOException if the control plane does not answer with one
   */
  FeedSnapshot snapshot() throws IOException {
    try (ByteStream body = get("/v1/feed/snapshot", "application/json", timing.connectMax())) {
      byte[] json = body.all(timing.silenceMax(), SNAPSHOT_BYTES_MAX);
      return Documents.readJson(FeedSnapshot.class, json, SNAPSHOT_BYTES_MAX);
    } catch (InvalidDocument e) {
      throw new IOException("the snapshot cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Sends a report.
   *
   * @throws IOException if it is not accepted within {@link Timing#reportMax}
   */
  ReportAnswer report(String node, NodeReport report) throws IOException {
    byte[] document = Documents.writeJson(report);
    String path = "/v1/nodes/" + node + "/report";
    try (ByteStream body = send("POST", path, "application/json", document, timing.reportMax())) {
      byte[] json = body.all(timing.reportMax(), ANSWER_BYTES_MAX);
      return Documents.readJson(ReportAnswer.class, json);
    } catch (InvalidDocument e) {
      throw new IOException("its answer cannot be read: " + e.getMessage(), e);
    }
  }

  /** Ends the request that is under way, with an IOException, and takes no more. */
  @Override
  public synchronized void close() {
    closed = true;
    if (connection != null) {
      connection.close();
    }
  }

  private ByteStream get(String path, String accept, Duration headMax) throws IOException {
    return send("GET", path, accept, null, headMax);
  }

  /** Asks, and returns the body of a 200. */
  private ByteStream send(
      String method, String path, String accept, byte @Nullable [] document, Duration headMax)
      throws IOException {
    URI peer = current();
    HttpAnswer answer;
    try {
      answer = ask(peer, request(peer, method, path, accept, document), headMax);
    } catch (SocketTimeoutException e) {
      throw new IOException("it does not answer in time", e);
    }
    if (answer.status() == 200) {
      return answer.body();
    }
    try (ByteStream body = answer.body()) {
      throw refusal(answer.status(), body);
    }
  }

  private byte[] request(
      URI peer, String method, String path, String accept, byte @Nullable [] document) {
    StringBuilder head = new StringBuilder(512);
    String base = peer.getRawPath().replaceFirst("/+$", "");
    head.append(method).append(' ').append(base).append(path).append(" HTTP/1.1\r\nHost: ");
    head.append(peer.getRawAuthority().replaceFirst(".*@", ""));
    head.append("\r\nAuthorization: Bearer ").append(token.get());
    head.append("\r\nAccept: ").append(accept);
    byte[] body = document == null ? new byte[0] : document;
    if (document != null) {
      head.append("\r\nContent-Type: application/json\r\nContent-Length: ").append(body.length);
    }
    byte[] first = head.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] whole = Arrays.copyOf(first, first.length + body.length);
    System.arraycopy(body, 0, whole, first.length, body.length);
    return whole;
  }

  /** Asks by the connection that is there, if it still is, else by a new one. */
  private HttpAnswer ask(URI peer, byte[] request, Duration headMax) throws IOException {
    HttpConnection kept = kept(peer);
    if (kept != null) {
      try {
        return ask(kept, request, headMax);
      } catch (HttpConnection.Unanswered e) {
        log.debug("asks {} again by a new connection", peer, e); // the peer had closed the old one
      }
    }
    HttpConnection fresh = open(peer);
    try {
      fresh.connect(timing.connectMax());
    } catch (SocketTimeoutException e) {
      fresh.close();
      throw e;
    } catch (SocketException | UnknownHostException e) {
      fresh.close();
      throw new IOException("it cannot be reached", e);
    } catch (IOException e) {
      fresh.close();
      throw e;
    }
    return ask(fresh, request, headMax);
  }

  private static HttpAnswer ask(HttpConnection connection, byte[] request, Duration headMax)
      throws IOException {
    try {
      return connection.ask(request, headMax);
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  private synchronized @Nullable HttpConnection kept(URI peer) {
    HttpConnection last = connection;
    if (last == null || last.isClosed()) {
      return null;
    }
    if (last.peer().equals(peer)) {
      return last;
    }
    last.close();
    return null;
  }

  private synchronized HttpConnection open(URI peer) throws IOException {
    if (closed) {
      throw new IOException("this node is stopping");
    }
    HttpConnection fresh = new HttpConnection(peer);
    connection = fresh;
    return fresh;
  }

  private IOException refusal(int status, ByteStream body) throws IOException {
    return switch (status) {
      case 410 -> new Gone();
      case 401, 403 -> new IOException("it refuses the node's token: look at --token-file");
      default -> new IOException("it answers " + status + ": " + detail(body));
    };
  }

  /** What a problem document (RFC 9457) says, as far as there is one. */
  private String detail(ByteStream body) throws IOException {
    try {
      byte[] json = body.all(timing.silenceMax(), ANSWER_BYTES_MAX);
      return Documents.readJson(JsonNode.class, json).path("detail").asText("no detail");
    } catch (InvalidDocument e) {
      return "no problem document";
    }
  }
}
