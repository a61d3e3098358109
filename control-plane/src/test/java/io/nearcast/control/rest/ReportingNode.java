package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.nearcast.config.json.Documents;

/** A node of the test that reports when it is told to. */
final class ReportingNode {
  private final Http http;
  private final String id;
  private final ObjectNode report;

  ReportingNode(Http http, String id, String role) {
    this.http = http;
    this.id = id;
    report =
        Documents.mapper()
            .createObjectNode()
            .put("boot", id + "-1")
            .put("role", role)
            .put("pop", "fra")
            .put("address", "127.0.0.1:8080")
            .put("log", http.get("/v1/feed/snapshot").text("/log"))
            .put("state", "serving");
  }

  ReportingNode with(String field, String value) {
    report.put(field, value);
    return this;
  }

  Http.Answer applied(long sequence) {
    report.put("appliedSequence", sequence);
    report.remove("matched");
    report.remove("warmed");
    return send();
  }

  Http.Answer matched(long sequence, String purge, long count) {
    report.put("appliedSequence", sequence);
    report.putObject("matched").put(purge, count);
    return send();
  }

  Http.Answer warmed(long sequence, String warm, String receipt) {
    report.put("appliedSequence", sequence);
    report.putObject("warmed").putRawValue(warm, new RawValue(receipt));
    return send();
  }

  Http.Answer leave() {
    report.put("leaving", true);
    return send();
  }

  private Http.Answer send() {
    return http.post("/v1/nodes/" + id + "/report", report.toString());
  }
}
