package io.nearcast.control.warm;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedState.ActiveService;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.Selectors;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.fleet.WarmReceipt;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.config.model.WarmRequest;
import io.nearcast.control.compaction.History;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.fleet.Survey.Standing;
import io.nearcast.control.ledger.Decision;
import io.nearcast.control.ledger.Draft;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Store;
import io.nearcast.control.warm.WarmView.AtNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The warms and what became of them.
 *
 * <p>A warm is an entry of the log, so that a node which carries it out has applied the purges
 * before it. It is work and not state: a node that is restarted, or takes a snapshot past the
 * entry, leaves it, and after {@link #HEARD_WITHIN} nobody expects to hear of it any more.
 * Thread-safe.
 */
public final class Warms {
  /** What the keys of warms begin with; then come sixteen digits. */
  private static final String PREFIX = "warms/";

  /** What the keys of receipts begin with; then come sixteen digits and the node's id. */
  private static final String RECEIPTS_PREFIX = "warmed/";

  /** A node that has not said by then what became of a warm will not. */
  public static final Duration HEARD_WITHIN = Duration.ofMinutes(30);

  /** How many warms are kept for people to look at. */
  public static final int KEPT_MAX = 500;

  /** How long a report may wait for its receipts to be written. */
  static final Duration RECEIPTS_PATIENCE = Duration.ofMillis(500);

  private static final int ID_LOG_CHARS = 8;

  private final Ledger ledger;
  private final Members members;
  private final InstantSource clock;

  /**
   * @param clock for people, and to give up waiting by
   */
  public Warms(Ledger ledger, Members members, InstantSource clock) {
    this.ledger = ledger;
    this.members = members;
    this.clock = clock;
  }

  /** What is to be deleted of them in time. */
  public static History.Kind history() {
    return new History.Kind(PREFIX, RECEIPTS_PREFIX, KEPT_MAX, _ -> true);
  }

  /**
   * Appends a warm to the log.
   *
   * @param author the id of the token
   * @return the warm as it is just after that
   * @throws Refusal if service, PoP or nodes are not there; then nothing is fetched
   * @throws io.nearcast.config.json.InvalidDocument if a URL cannot be; then nothing is fetched
   */
  public WarmView order(WarmRequest request, String author) {
    List<String> nodes = nodes(request);
    StoredWarm ordered =
        ledger.write(draft -> {
          ActiveService active = draft.feed().services().get(request.service());
          if (active == null) {
            throw Refusal.invalid("/service", "names no service that is there");
          }
          List<String> urls = urls(request, active);
          long sequence = draft.nextSequence();
          String id = sequence + "-" + draft.feed().log().substring(0, ID_LOG_CHARS);
          int rate = request.rate();
          draft.append(new Change.WarmOrdered(id, request.service(), urls, nodes, rate));
          StoredWarm warm =
              new StoredWarm(
                  id, sequence, request.service(), urls, nodes, rate, draft.now(), author);
          draft.put(PREFIX + digits(sequence), warm);
          return warm;
        });
    return view(ordered);
  }

  private static List<String> urls(WarmRequest request, ActiveService active) {
    PurgeRequest asUrls =
        new PurgeRequest(request.service(), false, request.urls(), null, null, null, false);
    List<String> urls = new ArrayList<>();
    for (Selector selector : Selectors.of(asUrls, active.service())) {
      if (selector instanceof Selector.Url(String host, String target)) {
        urls.add("http://" + host + target);
      }
    }
    return urls;
  }

  /** The edges that a request means: those that it names, or all that are up. */
  private List<String> nodes(WarmRequest request) {
    List<NodeStatus> edges =
        members.fleet().nodes().stream().filter(node -> node.role() == NodeRole.EDGE).toList();
    List<String> named = request.nodes();
    if (named != null) {
      List<String> ids = edges.stream().map(NodeStatus::id).toList();
      for (int i = 0; i < named.size(); i++) {
        if (!ids.contains(named.get(i))) {
          throw Refusal.invalid("/nodes/" + i, "names no edge: see GET /v1/nodes");
        }
      }
      return found("/nodes", named.stream().distinct().toList());
    }
    String pop = request.pop();
    return found(
        pop == null ? "" : "/pop",
        edges.stream()
            .filter(node -> node.state() != NodeState.DOWN)
            .filter(node -> pop == null || node.pop().equals(pop))
            .map(NodeStatus::id)
            .toList());
  }

  private static List<String> found(String pointer, List<String> nodes) {
    if (nodes.isEmpty()) {
      throw Refusal.invalid(pointer, "leaves no edge that is up: see GET /v1/nodes");
    }
    return nodes;
  }

  /** A warm as it is now. */
  public WarmView get(String id) {
    StoredWarm warm = null;
    if (id.matches("[0-9]{1,16}-.+")) {
      byte[] value =
          ledger.store().read(PREFIX + digits(Long.parseLong(id.substring(0, id.indexOf('-')))));
      warm = value == null ? null : Documents.readJson(StoredWarm.class, value);
    }
    if (warm == null || !warm.id().equals(id)) {
      throw Refusal.absent("warm", id);
    }
    return view(warm);
  }

  /**
   * Warms, newest first.
   *
   * @param below only those with a lower sequence, or null for all
   */
  public List<StoredWarm> list(@Nullable Long below, int limit) {
    return ledger
        .store()
        .list(PREFIX, below == null ? null : PREFIX + digits(below), limit, Store.Order.DESCENDING)
        .stream()
        .map(document -> read(StoredWarm.class, document))
        .toList();
  }

  /** How far a warm is now. */
  public WarmView view(StoredWarm warm) {
    Map<String, WarmReceipt> receipts = new HashMap<>();
    String prefix = RECEIPTS_PREFIX + digits(warm.sequence()) + "/";
    ledger
        .store()
        .each(
            prefix,
            document ->
                receipts.put(
                    document.key().substring(prefix.length()), read(WarmReceipt.class, document)));
    Map<String, Long> applied = new HashMap<>();
    members.survey().standings().forEach(node -> note(node, applied));
    boolean late = warm.createdAt().plus(HEARD_WITHIN).isBefore(clock.instant());
    List<AtNode> nodes =
        warm.nodes().stream()
            .map(id -> {
              WarmReceipt receipt = receipts.get(id);
              return new AtNode(id, state(receipt, applied.get(id), warm, late), receipt);
            })
            .toList();
    return new WarmView(warm, whole(nodes), nodes);
  }

  private static void note(Standing node, Map<String, Long> applied) {
    applied.put(node.id(), node.applied());
  }

  private static WarmState state(
      @Nullable WarmReceipt receipt, @Nullable Long applied, StoredWarm warm, boolean late) {
    if (receipt != null) {
      return WarmState.COMPLETE;
    }
    if (late || applied == null) {
      return WarmState.UNCONFIRMED;
    }
    return applied >= warm.sequence() ? WarmState.RUNNING : WarmState.PENDING;
  }

  private static WarmState whole(List<AtNode> nodes) {
    WarmState whole = WarmState.COMPLETE;
    for (AtNode node : nodes) {
      switch (node.state()) {
        case PENDING, RUNNING -> {
          return WarmState.PENDING;
        }
        case UNCONFIRMED -> whole = WarmState.UNCONFIRMED;
        case COMPLETE -> {}
      }
    }
    return whole;
  }

  /**
   * Keeps what became of warms at a node; durable when it returns.
   *
   * @throws Refusal if not all of it could be written in {@link #RECEIPTS_PATIENCE}
   */
  public void received(String node, Map<String, WarmReceipt> receipts) {
    List<Decision<String>> decisions = new ArrayList<>();
    receipts.forEach((id, receipt) -> {
      if (id.matches("[0-9]{1,16}-.+")) {
        decisions.add(draft -> keep(draft, node, id, receipt));
      }
    });
    ledger.writeEach(decisions, RECEIPTS_PATIENCE);
  }

  private static String keep(Draft draft, String node, String id, WarmReceipt receipt) {
    String digits = digits(Long.parseLong(id.substring(0, id.indexOf('-'))));
    StoredWarm warm = draft.read(StoredWarm.class, PREFIX + digits);
    if (warm != null && warm.id().equals(id) && warm.nodes().contains(node)) {
      draft.put(RECEIPTS_PREFIX + digits + "/" + node, receipt);
    }
    return id;
  }

  private static <T> T read(Class<T> type, Document document) {
    return Documents.readJson(type, Objects.requireNonNull(document.value()));
  }

  private static String digits(long sequence) {
    return String.format("%016d", sequence);
  }
}
