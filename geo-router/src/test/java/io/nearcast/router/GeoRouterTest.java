package io.nearcast.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GeoRouterTest {
  @TempDir Path directory;

  @Test
  void cidrMapDecidesWhichPopAnswersDns() throws Exception {
    try (RouterFixture fixture =
        RouterFixture.demo(directory).cidrMap("192.0.2.0/24 fra", "198.51.0.0/16 iad").start()) {
      Dig frankfurt = fixture.dig("+subnet=192.0.2.0/24", "WWW.Demo.test");
      Dig virginia = fixture.dig("+subnet=198.51.100.0/24", "WWW.Demo.test");

      assertThat(frankfurt.section("ANSWER")).containsExactly("WWW.Demo.test. 20 IN A 127.0.1.1");
      assertThat(frankfurt.subnet()).isEqualTo("192.0.2.0/24/24");
      assertThat(virginia.section("ANSWER")).containsExactly("WWW.Demo.test. 20 IN A 127.0.1.2");
      assertThat(virginia.subnet()).isEqualTo("198.51.100.0/24/16");
    }
  }

  @Test
  void adminSaysHowItIs() throws Exception {
    try (RouterFixture fixture = RouterFixture.demo(directory).startEmpty()) {
      assertThat(admin(fixture, "/healthz").statusCode()).isEqualTo(200);
      assertThat(admin(fixture, "/readyz").statusCode()).isEqualTo(503);

      fixture.publish();

      assertThat(admin(fixture, "/readyz").statusCode()).isEqualTo(200);
      assertThat(admin(fixture, "/metrics").body())
          .contains("nearcast_dns_queries_total", "nearcast_router_edge_up{edge=\"fra-1\",}");
      assertThat(admin(fixture, "/explain?domain=www.demo.test&address=192.0.2.1").body())
          .contains("\"pop\":\"fra\"", "\"reason\":\"default-pop, nearest\"");
    }
  }

  private static HttpResponse<String> admin(RouterFixture fixture, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + fixture.router().adminAddress().getPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
