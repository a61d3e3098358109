package io.nearcast.config.feed;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class HttpConnectionTest {
  private static final Duration MAX = Duration.ofSeconds(10);
  private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII);

  private ServerSocket server;
  private HttpConnection connection;
  private Thread peer;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    connection = new HttpConnection(URI.create("http://127.0.0.1:" + server.getLocalPort()));
  }

  @AfterEach
  void close() throws Exception {
    connection.close();
    server.close();
    if (peer != null) {
      peer.join();
    }
  }

  /** Accepts one connection, gives each request one of the answers, and ends it. */
  private void answer(String... answers) {
    peer =
        Thread.startVirtualThread(() -> {
          try (Socket accepted = server.accept()) {
            for (String answer : answers) {
              assertThat(accepted.getInputStream().readNBytes(REQUEST.length)).isEqualTo(REQUEST);
              for (byte b : answer.getBytes(US_ASCII)) {
                accepted.getOutputStream().write(b); // one by one, so that all of it may be split
              }
            }
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private String ask() throws IOException {
    HttpAnswer answer = connection.ask(REQUEST, MAX);
    try (ByteStream body = answer.body()) {
      return answer.status() + " " + new String(body.all(MAX, 1_000), US_ASCII);
    }
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines);
  }

  @Test
  void oneConnectionTakesOneRequestAfterTheOther() throws IOException {
    answer(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
        lines(
            "HTTP/1.1 103 Early Hints",
            "Link: x",
            "",
            "HTTP/1.1 200",
            "transfer-encoding: Chunked",
            "",
            "3;x=y",
            "sec",
            "A",
            "ond answer",
            "0",
            "Trailer: x",
            "",
            ""),
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nto the end");
    connection.connect(MAX);
    assertThat(List.of(ask(), ask(), ask(), ask(), ask()))
        .containsExactly("200 first", "200 second answer", "204 ", "404 ", "200 to the end");
    assertThat(connection.isClosed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfour\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfour\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/2 200\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n"
      })
  void whatIsNoWholeAnswerIsAnError(String answer) throws IOException {
    answer(answer);
    connection.connect(MAX);
    assertThatThrownBy(this::ask)
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(HttpConnection.Unanswered.class);
  }

  @Test
  void connectionThatEndedWhileItWasIdleIsToldFromABrokenAnswer() throws IOException {
    answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
    connection.connect(MAX);
    assertThat(ask()).isEqualTo("200 first");
    assertThatThrownBy(this::ask).isInstanceOf(HttpConnection.Unanswered.class);
  }

  @Test
  void closingEndsWhatItsOwnerWaitsFor() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    peer =
        Thread.startVirtualThread(() -> {
          try (Socket accepted = server.accept()) {
            accepted.getInputStream().readNBytes(REQUEST.length);
            asked.countDown();
            accepted.getInputStream().read();
          } catch (IOException _) {
            asked.countDown(); // the connection was broken instead of closed
          }
        });
    connection.connect(MAX);
    Thread closer =
        Thread.startVirtualThread(() -> {
          try {
            asked.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          connection.close();
        });
    assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
    closer.join();
  }
}
