package io.nearcast.control.rest;

import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.fleet.ReportAnswer;
import io.nearcast.config.json.Documents;
import io.nearcast.config.launch.HostPort;
import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.control.auth.Permission;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.purge.Purges;
import io.nearcast.control.store.StoreFailure;
import io.nearcast.control.warm.Warms;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /v1/nodes}, and the reports of nodes. */
final class NodesApi {
  private static final Logger LOG = LoggerFactory.getLogger(NodesApi.class);
  private static final int TEXT_MAX = 255;

  private final Ledger ledger;
  private final Members members;
  private final Purges purges;
  private final Warms warms;

  NodesApi(Ledger ledger, Members members, Purges purges, Warms warms) {
    this.ledger = ledger;
    this.members = members;
    this.purges = purges;
    this.warms = warms;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/v1/nodes", Permission.READ, this::list),
        new Route("GET", "/v1/nodes/{node}", Permission.READ, this::get),
        new Route("DELETE", "/v1/nodes/{node}", Permission.ADMINISTER, this::remove),
        new Route("POST", "/v1/nodes/{node}/drain", Permission.OPERATE, this::drain),
        new Route("POST", "/v1/nodes/{node}/undrain", Permission.OPERATE, this::undrain),
        new Route("POST", "/v1/nodes/{node}/report", Permission.NODE, this::report));
  }

  private void list(Call call) {
    Page page = Page.of(call);
    String after = page.after();
    List<NodeStatus> items =
        members.fleet().nodes().stream()
            .filter(node -> after == null || node.id().compareTo(after) > 0)
            .limit(page.limit() + 1L)
            .toList();
    page.reply(call, items, node -> Documents.mapper().valueToTree(node), NodeStatus::id);
  }

  private void get(Call call) {
    call.reply(200, members.get(call.path("node")));
  }

  private void remove(Call call) {
    members.remove(call.path("node"));
    call.replyDone();
  }

  private void drain(Call call) {
    drain(call, true);
  }

  private void undrain(Call call) {
    drain(call, false);
  }

  private void drain(Call call, boolean drained) {
    String id = call.path("node");
    members.drain(id, drained);
    call.reply(200, members.get(id));
  }

  private void report(Call call) {
    String id = call.newName("node");
    NodeReport report = call.body(NodeReport.class);
    check(report);
    checkNotAhead(id, report);
    LeaseGrant lease = members.report(id, report);
    Boolean again = isKept(id, report) ? null : Boolean.TRUE;
    var state = ledger.state();
    call.reply(200, new ReportAnswer(state.log(), state.sequence(), lease, again));
  }

  /**
   * Writes down what else a report says. The lease of its sender does not hang on that: where it
   * cannot be written now, the node says it again.
   */
  private boolean isKept(String id, NodeReport report) {
    try {
      purges.matched(id, report.matched());
      warms.received(id, report.warmed());
      return true;
    } catch (Refusal e) {
      if (e.reason() == Refusal.Reason.UNAVAILABLE) {
        LOG.debug("{} says again what it has matched: {}", id, e.detail());
      } else {
        LOG.warn("what {} has matched or warmed cannot be written: {}", id, e.detail());
      }
      return false;
    }
  }

  /**
   * Refuses a node that has applied what the log does not have: the store has lost writes, or is an
   * older copy that goes on under the same UUID, and nothing that such a node says can be relied
   * on. It gets no lease, and the feed has it drop what it has stored.
   */
  private void checkNotAhead(String id, NodeReport report) {
    FeedState known = ledger.state();
    if (!known.log().equals(report.log()) || report.appliedSequence() <= known.sequence()) {
      return;
    }
    long head;
    try {
      head = ledger.store().position().head();
    } catch (StoreFailure e) {
      return; // then nobody can say which of the two is behind
    }
    if (head < report.appliedSequence()) {
      LOG.error(
          "{} has applied {} of log {}, which ends at {} here: the store has lost what it had"
              + " confirmed, or is a copy that was not put back with nearcast restore",
          id,
          report.appliedSequence(),
          report.log(),
          head);
      throw new Refusal(
          Reason.CONFLICT,
          "the log ends at "
              + head
              + ", so nobody can have applied "
              + report.appliedSequence()
              + ": take GET /v1/feed/snapshot and begin anew from there");
    }
  }

  private static void check(NodeReport report) {
    if (report.appliedSequence() < 0) {
      throw Refusal.invalid("/appliedSequence", "must be 0 or more");
    }
    checkText("/boot", report.boot());
    if (report.role() != NodeRole.ROUTER || !report.pop().isEmpty()) {
      checkText("/pop", report.pop()); // only routers may stand in no PoP
    }
    checkText("/address", report.address());
    try {
      HostPort.parse(report.address());
    } catch (IllegalArgumentException e) {
      throw Refusal.invalid("/address", String.valueOf(e.getMessage()));
    }
  }

  private static void checkText(String pointer, String text) {
    if (text.isEmpty() || text.length() > TEXT_MAX) {
      throw Refusal.invalid(pointer, "must have 1 to " + TEXT_MAX + " characters");
    }
  }
}
