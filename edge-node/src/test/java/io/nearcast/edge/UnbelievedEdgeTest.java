package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.testing.ScriptedOrigin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A shield that takes an edge for a client, as while the key of the tiers changes: it answers from
 * its cache, without regard to what the edge knows to be purged.
 */
@Timeout(60)
final class UnbelievedEdgeTest {
  private static final String FRESH = "Cache-Control: max-age=60, stale-if-error=600";
  private static final Selector A = new Selector.Url("www.test", "/a");

  private ScriptedOrigin origin;
  private TestNode shield;
  private TestNode edge;
  private ScriptedFeed atShield;
  private ScriptedFeed atEdge;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.answering("v1", FRESH);
    shield = TestNode.shieldWithoutTrust(origin);
    edge = TestNode.edgeBefore(shield.url(), origin);
    atShield = follow(shield);
    atEdge = follow(edge);
    // The shield has what is about to be purged.
    assertThat(shield.get("/a").text()).isEqualTo("v1");
    shield.settle();
    origin.script(call -> call.reply(200, "v2", FRESH));
  }

  private ScriptedFeed follow(TestNode node) {
    return new ScriptedFeed(node)
        .snapshot("log", 10, TestNode.service(origin, CachePolicy.DEFAULT));
  }

  @AfterEach
  void stop() {
    atEdge.close();
    atShield.close();
    edge.close();
    shield.close();
    origin.close();
  }

  @Test
  void doesNotGetBackWhatItHasPurged() {
    atEdge.purge(false, A);

    assertThat(edge.get("/a").text()).isEqualTo("v2");
    assertThat(edge.settle().get("/a").field("Cache-Status")).contains("; hit; ttl=60;");
    assertThat(origin.requests().getLast().field("Via"))
        .as("past the shield")
        .isEqualTo("1.1 nearcast");
  }

  @Test
  void ratherAnswersThatItCannot() {
    atEdge.purge(false, A);
    origin.stop();

    assertThat(edge.get("/a").status()).isEqualTo(502);
  }

  @Test
  void goesThroughTheShieldAgainOnceBothHaveTheKey() {
    edge.engine().parts().tiers().key("next");
    assertThat(edge.get("/b").text()).isEqualTo("v2");
    assertThat(origin.requests().getLast().field("Via")).isEqualTo("1.1 nearcast");

    shield.engine().parts().tiers().key("next");
    assertThat(edge.get("/c").text()).isEqualTo("v2");
    assertThat(origin.requests().getLast().field("Via")).isEqualTo("1.1 nearcast, 1.1 nearcast");
  }
}
