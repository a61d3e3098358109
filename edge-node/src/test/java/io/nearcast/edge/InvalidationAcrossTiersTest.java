package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.testing.ScriptedOrigin;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an unsafe request invalidates (RFC 9111 section 4.4), where two shields share the URLs. */
@Timeout(60)
final class InvalidationAcrossTiersTest {
  private static final String FRESH = "Cache-Control: max-age=6000";

  private ScriptedOrigin origin;
  private TestNode one;
  private TestNode other;
  private TestNode edge;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.answering("v1", FRESH);
    one = TestNode.shield(origin);
    other = TestNode.shield(origin);
    edge = TestNode.edgeBefore(List.of(one.url(), other.url()), origin);
  }

  @AfterEach
  void stop() {
    edge.close();
    one.close();
    other.close();
    origin.close();
  }

  private void settle() {
    edge.settle();
    one.settle();
    other.settle();
  }

  private static List<String> targets() {
    return IntStream.range(0, 12).mapToObj(i -> "/item/" + i).toList();
  }

  @Test
  void whatALocationNamesIsGoneAtWhicheverShieldHasIt() {
    for (String target : targets()) {
      assertThat(edge.get(target).text()).isEqualTo("v1");
    }
    settle();
    for (String target : targets()) {
      origin.script(call -> call.reply(201, "", "Location: https://www.test" + target));
      edge.ask("POST", "/items", "Content-Length: 0");
    }
    origin.script(call -> call.reply(200, "v2", FRESH));
    for (String target : targets()) {
      assertThat(edge.get(target).text()).as(target).isEqualTo("v2");
    }
    settle();
    int asked = origin.requests().size();
    for (String target : targets()) {
      assertThat(edge.get(target).text()).isEqualTo("v2");
    }
    assertThat(origin.requests()).as("stored again").hasSize(asked);
  }

  @Test
  void aDateBeforeAnUnsafeRequestConfirmsNothing() {
    String date = "Sun, 22 Oct 2023 00:00:00 GMT";
    edge.get("/a");
    edge.ask("POST", "/a", "Content-Length: 0");
    origin.script(call -> call.reply(200, "v2", FRESH + "000"));
    assertThat(edge.get("/a").text()).isEqualTo("v2");
    settle();
    assertThat(edge.get("/a", "If-Modified-Since: " + date).text())
        .as("a client's copy may be older than the POST")
        .isEqualTo("v2");
  }
}
