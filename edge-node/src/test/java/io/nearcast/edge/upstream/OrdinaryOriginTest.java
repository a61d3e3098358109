package io.nearcast.edge.upstream;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Service;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against a server that many people use. */
final class OrdinaryOriginTest {
  private static WireMockServer origin;
  private static Client client;
  private static Service service;

  @BeforeAll
  static void start() {
    Client.watchLeaks();
    origin =
        new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));
    origin.start();
    client = Client.start();
    service =
        Client.service(List.of(new Origin("wiremock", URI.create(origin.baseUrl()), false, null)));
  }

  @AfterAll
  static void stop() {
    client.close();
    origin.stop();
    Client.checkLeaks();
  }

  @AfterEach
  void forget() {
    origin.resetAll();
  }

  @Test
  void getsWhatIsThere() {
    origin.stubFor(
        get(urlEqualTo("/page?q=1"))
            .willReturn(aResponse().withHeader("ETag", "\"e\"").withBody("hello")));
    Recorder recorder = send(Client.request("GET", "/page?q=1", "X-Trace", "7"));
    assertThat(recorder.outcome()).isEqualTo("200 hello");
    assertThat(recorder.from.name()).isEqualTo("wiremock");
    assertThat(recorder.head.join().fields().first("etag")).isEqualTo("\"e\"");
    origin.verify(
        getRequestedFor(urlEqualTo("/page?q=1"))
            .withHeader("Host", equalTo("test.example"))
            .withHeader("X-Trace", equalTo("7")));
  }

  @Test
  void knowsTheLengthBeforehand() {
    origin.stubFor(
        any(urlEqualTo("/"))
            .willReturn(aResponse().withHeader("Content-Length", "5").withBody("hello")));
    Recorder get = send(Client.get("/"));
    assertThat(get.outcome()).isEqualTo("200 hello");
    assertThat(get.contentLength).isEqualTo(5);
    Recorder head = send(Client.request("HEAD", "/"));
    assertThat(head.outcome()).isEqualTo("200 ");
    assertThat(head.contentLength).isZero();
    assertThat(head.head.join().fields().first("Content-Length")).isEqualTo("5");
  }

  @Test
  void statusesAreHandedOn() {
    for (int status : new int[] {200, 204, 301, 304, 404, 410, 500, 503}) {
      origin.stubFor(get("/" + status).willReturn(aResponse().withStatus(status)));
      assertThat(send(Client.get("/" + status)).outcome()).isEqualTo(status + " ");
    }
  }

  @Test
  void postsBodies() {
    origin.stubFor(post("/form").willReturn(aResponse().withStatus(201).withBody("made")));
    for (long length : new long[] {11, -1}) {
      Recorder recorder = new Recorder();
      client.onLoop(() -> {
        UpstreamRequest request = new UpstreamRequest(Client.head("POST", "/form"), true, length);
        UpstreamExchange exchange =
            client.upstreams.send(
                client.loop, client.upstreams.plan(service, 1), request, recorder);
        exchange.write(Unpooled.copiedBuffer("hello ", UTF_8));
        exchange.write(Unpooled.copiedBuffer("world", UTF_8));
        exchange.endRequest();
      });
      assertThat(recorder.outcome()).isEqualTo("201 made");
    }
    origin.verify(2, postRequestedFor(urlEqualTo("/form")).withRequestBody(equalTo("hello world")));
  }

  @Test
  void manyAtATimeShareFewConnections() {
    origin.stubFor(get(anyUrl()).willReturn(aResponse().withBody("hello")));
    for (int round = 0; round < 20; round++) {
      List<Recorder> recorders = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        recorders.add(send(Client.get("/" + i)));
      }
      recorders.forEach(recorder -> assertThat(recorder.outcome()).isEqualTo("200 hello"));
    }
    Target target = client.upstreams.plan(service, 1).targets().getFirst();
    assertThat(client.upstreams.state(target).connections()).isLessThanOrEqualTo(20);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void faultsAreTold(Fault fault) {
    origin.stubFor(get("/fault").willReturn(aResponse().withFault(fault)));
    String outcome = send(Client.get("/fault")).outcome();
    switch (fault) {
      case EMPTY_RESPONSE, CONNECTION_RESET_BY_PEER ->
          assertThat(outcome).isEqualTo("closed before the head");
      case RANDOM_DATA_THEN_CLOSE -> assertThat(outcome).startsWith("malformed");
      case MALFORMED_RESPONSE_CHUNK ->
          assertThat(outcome).matches("(?s)malformed.*|closed in the body");
    }
  }

  private static Recorder send(UpstreamRequest request) {
    return client.send(client.upstreams.plan(service, 1), request);
  }
}
