package io.nearcast.edge;

import static org.awaitility.Awaitility.await;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.Service;
import io.nearcast.edge.model.Failure;
import io.nearcast.edge.model.Head;
import io.nearcast.edge.model.Query;
import io.nearcast.edge.model.Reply;
import io.nearcast.edge.model.Site;
import io.nearcast.edge.model.Subject;
import io.nearcast.edge.model.Tiers;
import io.nearcast.edge.model.Visit;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * An edge, or an edge behind a shield, as what the model judges: real nodes and real sockets, by
 * clocks that the histories move. One set of nodes plays many histories, each at paths of its own.
 */
final class ModelledNodes implements Subject, Subject.Maker, AutoCloseable {
  private static final long DAYS_BETWEEN_MILLIS = 10L * 86_400_000;

  /** Where nobody listens. */
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

  /** What the nodes write for themselves, which says nothing about caching. */
  private static final Set<String> NOISE =
      Set.of("host", "via", "cdn-loop", "x-forwarded-for", "surrogate-capability");

  private final ScriptedOrigin origin = ScriptedOrigin.start(this::answer);
  private final List<TestNode> nodes = new ArrayList<>();
  private final boolean pair;
  private volatile Site site = new Site(new io.nearcast.edge.model.Clock(0, millis -> {}));
  private volatile CountDownLatch asked = new CountDownLatch(0);
  private long trueMillis = 1_700_000_000_000L;
  private int histories;
  private boolean honoursClients;

  private ModelledNodes(boolean pair) {
    this.pair = pair;
    if (pair) {
      TestNode shield = TestNode.shield(origin);
      nodes.add(TestNode.edgeBefore(shield.url(), origin));
      nodes.add(shield);
    } else {
      nodes.add(TestNode.edge(origin));
    }
  }

  static ModelledNodes edge() {
    return new ModelledNodes(false);
  }

  static ModelledNodes edgeBehindShield() {
    return new ModelledNodes(true);
  }

  @Override
  public Subject before(Site newSite, Tiers tiers) {
    site = newSite;
    honoursClients = tiers.honoursClients();
    origin.requests().clear();
    serve(origin.url());
    return this;
  }

  @Override
  public long startMillis() {
    return trueMillis + DAYS_BETWEEN_MILLIS;
  }

  @Override
  public String prefix() {
    return "/h" + ++histories;
  }

  @Override
  public void time(long newTrueMillis, Tiers tiers) {
    trueMillis = newTrueMillis;
    nodes.getFirst().clock.set(newTrueMillis + 1_000L * tiers.edgeSkewSeconds());
    if (pair) {
      nodes.getLast().clock.set(newTrueMillis + 1_000L * tiers.shieldSkewSeconds());
    }
  }

  private void serve(URI from) {
    CachePolicy policy =
        new CachePolicy(
            null,
            Duration.ZERO,
            Duration.ZERO,
            KeyPolicy.DEFAULT,
            false,
            null,
            Duration.ZERO,
            null,
            java.util.Map.of(),
            honoursClients);
    Service service =
        new Service(
            "shop",
            List.of("www.test"),
            List.of(new Origin("main", from, false, null)),
            policy,
            PurgePolicy.DEFAULT,
            List.of());
    nodes.forEach(node -> node.serving(service));
  }

  // The clients

  @Override
  public List<Reply> ask(List<Query> queries) {
    boolean refused = site.failure() == Failure.REFUSED;
    if (refused) {
      serve(NOWHERE);
    }
    asked = new CountDownLatch(queries.size());
    List<Wire> wires = new ArrayList<>();
    try {
      for (Query query : queries) {
        wires.add(nodes.getFirst().connect().send(text(query)));
        asked.countDown();
      }
      List<Reply> replies = new ArrayList<>();
      for (int i = 0; i < queries.size(); i++) {
        replies.add(reply(wires.get(i), queries.get(i)));
      }
      settle();
      return replies;
    } finally {
      wires.forEach(Wire::close);
      if (refused) {
        serve(origin.url());
      }
    }
  }

  private static String text(Query query) {
    List<String> lines = new ArrayList<>(query.head().lines());
    lines.add(Site.ID + ": " + query.id());
    if (!query.safe()) {
      lines.add("Content-Length: 0");
    }
    return Wire.request(query.method(), query.path(), lines.toArray(String[]::new));
  }

  private static Reply reply(Wire wire, Query query) {
    Message reply;
    try {
      reply = wire.read(query.method().equals("HEAD"));
    } catch (UncheckedIOException e) {
      // Cut off before the head.
      return Reply.NONE;
    }
    return reply == null
        ? Reply.NONE
        : new Reply(reply.status(), Head.of(reply.lines()), reply.body(), reply.complete());
  }

  /** Waits until nothing is fetched behind the clients' backs. */
  private void settle() {
    for (TestNode node : nodes) {
      await("fills end")
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> node.engine().parts().metrics().fills() == 0);
    }
  }

  // The origin

  private void answer(ScriptedOrigin.Call call) throws IOException, InterruptedException {
    Message request = call.readBody();
    asked.await();
    Visit visit =
        site.visit(request.method(), request.target(), telling(request), byShield(request));
    if (visit == null) {
      call.cut();
      return;
    }
    boolean bodiless =
        request.method().equals("HEAD") || visit.status() == 304 || visit.status() == 204;
    boolean chunked = visit.page().chunked() && visit.status() == visit.page().status();
    List<String> lines = new ArrayList<>(visit.head().lines());
    if (!bodiless) {
      lines.add(chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + visit.length());
    }
    call.head(visit.status(), lines.toArray(String[]::new));
    if (!bodiless) {
      body(call, visit, chunked);
    }
    if (!visit.complete()) {
      call.cut();
    }
  }

  private static void body(ScriptedOrigin.Call call, Visit visit, boolean chunked)
      throws IOException {
    if (!chunked) {
      call.send(visit.body());
      return;
    }
    call.chunk(new String(visit.body(), java.nio.charset.StandardCharsets.ISO_8859_1));
    if (visit.complete()) {
      call.lastChunk();
    }
  }

  private boolean byShield(Message request) {
    String via = request.field("Via");
    return pair && via != null && via.contains(",");
  }

  private static Head telling(Message request) {
    List<Head.Field> fields = new ArrayList<>();
    for (Head.Field field : Head.of(request.lines()).fields()) {
      if (!NOISE.contains(field.name().toLowerCase(Locale.ROOT))) {
        fields.add(field);
      }
    }
    return new Head(fields);
  }

  @Override
  public void close() {
    for (TestNode node : nodes) {
      node.close();
    }
    origin.close();
  }
}
