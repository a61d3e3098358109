package io.nearcast.control.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.nearcast.config.launch.Launch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nearcast explain}. */
final class ExplainCommandTest {
  private static final String SAID =
      """
      {"host": "www.test", "keyMadeOf": {"path": "/a", "more": ["cookie:cart=7"]}, "tags": [],
       "vary": {"request": {"user-agent": "c", "x": null}}, "stored": "nothing",
       "decision": "fetch from upstream", "reason": "uri-miss",
       "tiers": [{"tier": "edge", "up": true}, {"tier": "origin"}]}
      """;

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer node;
  private volatile int status = 200;
  private volatile String answer = SAID;

  @BeforeEach
  void start() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext(
        "/",
        exchange -> {
          asked.add(
              exchange.getRequestURI() + " " + exchange.getRequestHeaders().get("Authorization"));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    node.start();
  }

  @AfterEach
  void stop() {
    node.stop(0);
  }

  private record Output(int code, String out, String err) {}

  private static Output run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int code = Launch.run(new CliMain.Nearcast(), arguments);
      return new Output(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
  }

  private String admin() {
    return "127.0.0.1:" + node.getAddress().getPort();
  }

  @Test
  void printsTheDecisionThenTheWayToIt() {
    Output said =
        run("explain", "http://www.test/a?b=c&d", "--admin", admin(), "--header", "X-A: b&c");
    assertThat(said.code()).isZero();
    assertThat(said.out().replace(System.lineSeparator(), "\n"))
        .isEqualTo(
            """
            fetch from upstream (uri-miss)

            host: www.test
            key made of:
              path: /a
              more:
                - cookie:cart=7
            tags: none
            vary:
              request:
                user-agent: c
                x: none
            stored: nothing
            decision: fetch from upstream
            reason: uri-miss
            tiers:
              -
                tier: edge
                up: true
              -
                tier: origin
            """);
    assertThat(asked)
        .containsExactly(
            "/explain?url=http%3A%2F%2Fwww.test%2Fa%3Fb%3Dc%26d&header=X-A%3A+b%26c null");
  }

  @Test
  void tokenGoesWithItAndJsonStaysJson(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "secret\n");
    Output said =
        run(
            "explain",
            "http://www.test/",
            "--admin",
            "http://" + admin(),
            "--json",
            "--token-file",
            file.toString());
    assertThat(said.out()).contains("\"keyMadeOf\"");
    assertThat(asked).containsExactly("/explain?url=http%3A%2F%2Fwww.test%2F [Bearer secret]");
  }

  @Test
  void refusalsSayWhy() throws Exception {
    status = 422;
    answer =
        "{\"title\": \"wrong\", \"errors\": [{\"pointer\": \"url\", \"detail\": \"is none\"}]}";
    Output refused = run("explain", "x", "--admin", admin());
    assertThat(refused.code()).isEqualTo(Launch.EXIT_FAILURE);
    assertThat(refused.err()).contains("HTTP 422").contains("url is none");
    node.stop(0);
    assertThat(run("explain", "http://x/", "--admin", admin()).err()).contains("--admin");
    assertThat(run("explain", "http://x/", "--admin", "::").code()).isEqualTo(2);
    assertThat(run("explain").code()).isEqualTo(2);
  }
}
