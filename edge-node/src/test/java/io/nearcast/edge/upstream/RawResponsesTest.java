package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes of each raw answer over a real connection. */
final class RawResponsesTest {
  private static Client client;

  static List<RawResponses.Case> cases() {
    return RawResponses.all();
  }

  @BeforeAll
  static void start() {
    Client.watchLeaks();
    client = Client.start();
  }

  @AfterAll
  static void stop() {
    client.close();
    Client.checkLeaks();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tellsWhatCame(RawResponses.Case answer) throws Exception {
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          peer.send(answer.bytes());
        })) {
      UpstreamPlan plan = client.plan(origin.target("raw"));
      Recorder recorder = client.send(plan, Client.request(answer.method(), "/"));
      assertThat(recorder.outcome()).startsWith(answer.outcome());
      assertThat(origin.accepted()).isEqualTo(1);
    }
  }
}
