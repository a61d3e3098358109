package io.nearcast.router.pick;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.fleet.NodeState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RecentLoadsTest {
  private static final Edge EDGE =
      new Edge(
          "fra-1",
          "fra",
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 80),
          NodeState.SERVING,
          false);

  private final AtomicLong nanos = new AtomicLong(-5);
  private final RecentLoads loads = new RecentLoads(nanos::get);

  @Test
  void theWindowBeforeCountsStillAndTheOneBeforeThatDoesNot() {
    loads.count(EDGE);
    loads.count(EDGE);
    assertThat(loads.recent(EDGE)).isEqualTo(2);

    nanos.addAndGet(RecentLoads.WINDOW_NANOS);
    assertThat(loads.recent(EDGE)).isEqualTo(2);
    loads.count(EDGE);
    assertThat(loads.recent(EDGE)).isEqualTo(3);

    nanos.addAndGet(RecentLoads.WINDOW_NANOS);
    assertThat(loads.recent(EDGE)).isEqualTo(1);

    nanos.addAndGet(2 * RecentLoads.WINDOW_NANOS);
    assertThat(loads.recent(EDGE)).isZero();
  }

  @Test
  void edgesThatAreGoneAreForgotten() {
    loads.count(EDGE);
    loads.retain(Set.of("fra-2"));

    assertThat(loads.recent(EDGE)).isZero();
  }
}
