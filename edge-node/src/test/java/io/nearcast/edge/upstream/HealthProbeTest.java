package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.model.HealthCheck;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Service;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Active checks, from the first question to the turn of an origin. */
final class HealthProbeTest {
  private static final HealthCheck CHECK =
      new HealthCheck("/up", Duration.ofSeconds(1), Duration.ofMillis(500));

  private volatile int status = 200;
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();

  @Test
  void anOriginThatFailsItsChecksComesLastUntilItRecovers() throws Exception {
    try (RawOrigin origin =
            RawOrigin.start(peer -> {
              for (String head = peer.readHead(); head != null; head = peer.readHead()) {
                asked.add(head);
                peer.send("HTTP/1.1 " + status + " x\r\nContent-Length: 4\r\n\r\nbody");
              }
            });
        Client client = Client.start()) {
      Service service =
          Client.service(
              List.of(
                  new Origin("main", uri(origin), false, CHECK),
                  new Origin("other", uri(origin), true, null)));
      client.upstreams.services(List.of(service));
      await().until(() -> asked.size() >= 1);
      assertThat(asked.peek())
          .startsWith("GET /up HTTP/1.1\r\nHost: 127.0.0.1:" + origin.port() + "\r\n");
      assertThat(first(client, service)).isEqualTo("main");
      status = 503;
      await().until(() -> first(client, service).equals("other"));
      status = 301;
      await().until(() -> first(client, service).equals("main"));
      client.upstreams.services(List.of());
    }
  }

  @Test
  void anOriginThatIsSilentIsUnhealthy() throws Exception {
    try (RawOrigin silent = RawOrigin.start(peer -> peer.awaitClose());
        RawOrigin other = RawOrigin.answering("HTTP/1.1 204 x\r\n\r\n");
        Client client = Client.start()) {
      Service service =
          Client.service(
              List.of(
                  new Origin("main", uri(silent), false, CHECK),
                  new Origin("other", uri(other), false, CHECK)));
      client.upstreams.services(List.of(service));
      await().until(() -> first(client, service).equals("other"));
      // A service that no longer asks for checks has its origins in their order again.
      Service unchecked =
          Client.service(
              List.of(
                  new Origin("main", uri(silent), false, null),
                  new Origin("other", uri(other), false, null)));
      client.upstreams.services(List.of(unchecked));
      await().until(() -> first(client, unchecked).equals("main"));
    }
  }

  private static String first(Client client, Service service) {
    return client.upstreams.plan(service, 1).targets().getFirst().name();
  }

  private static URI uri(RawOrigin origin) {
    return URI.create("http://127.0.0.1:" + origin.port());
  }
}
