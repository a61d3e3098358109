package io.nearcast.loadtest.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.loadtest.history.Link.Weather;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each weather does to a connection. */
@Timeout(30)
final class LinkTest {
  private static final int A_WHILE_MILLIS = 300;

  private ServerSocket echo;
  private Link link;

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::echo);
    link = Link.open("test", 1);
    link.target((InetSocketAddress) echo.getLocalSocketAddress());
  }

  @AfterEach
  void stop() throws IOException {
    link.close();
    echo.close();
  }

  private void echo() {
    try {
      while (true) {
        Socket accepted = echo.accept();
        Thread.ofVirtual()
            .start(() -> {
              try (accepted) {
                accepted.getInputStream().transferTo(accepted.getOutputStream());
              } catch (IOException _) {
                // It was reset, which some of the tests want.
              }
            });
      }
    } catch (IOException _) {
      // The test is over.
    }
  }

  private Socket connect() throws IOException {
    String address = link.address();
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static void say(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
  }

  private static int hear(Socket socket, int patienceMillis) throws IOException {
    socket.setSoTimeout(patienceMillis);
    InputStream in = socket.getInputStream();
    return in.read();
  }

  private static void assertSilent(Socket socket) {
    assertThatThrownBy(() -> hear(socket, A_WHILE_MILLIS))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void clearAndSlowPassEverything() throws IOException {
    try (Socket socket = connect()) {
      say(socket, 7);
      assertThat(hear(socket, 5_000)).isEqualTo(7);
      link.weather(Weather.SLOW);
      say(socket, 8);
      assertThat(hear(socket, 5_000)).isEqualTo(8);
      socket.shutdownOutput();
      assertThat(hear(socket, 5_000)).as("the end").isEqualTo(-1);
    }
  }

  @Test
  void whatIsHeldComesLate() throws IOException {
    try (Socket socket = connect()) {
      say(socket, 7);
      assertThat(hear(socket, 5_000)).isEqualTo(7);
      link.weather(Weather.HELD);
      say(socket, 8);
      assertSilent(socket);
      link.weather(Weather.CLEAR);
      assertThat(hear(socket, 5_000)).isEqualTo(8);
    }
  }

  @Test
  void whatIsLostNeverComesAndItsConnectionIsReset() throws IOException {
    try (Socket socket = connect()) {
      say(socket, 7);
      assertThat(hear(socket, 5_000)).isEqualTo(7);
      link.weather(Weather.LOST);
      say(socket, 8);
      assertSilent(socket);
      link.weather(Weather.CLEAR);
      assertThatThrownBy(() -> hear(socket, 5_000)).isInstanceOf(SocketException.class);
    }
    try (Socket next = connect()) {
      say(next, 9);
      assertThat(hear(next, 5_000)).isEqualTo(9);
    }
  }

  @Test
  void cutResetsWhatIsThereAndWhatComes() throws IOException {
    try (Socket socket = connect()) {
      say(socket, 7);
      assertThat(hear(socket, 5_000)).isEqualTo(7);
      link.weather(Weather.CUT);
      assertThatThrownBy(() -> hear(socket, 5_000)).isInstanceOf(SocketException.class);
    }
    assertThatThrownBy(
            () -> {
              try (Socket next = connect()) {
                say(next, 8);
                hear(next, 5_000);
              }
            })
        .isInstanceOf(SocketException.class);
  }
}
