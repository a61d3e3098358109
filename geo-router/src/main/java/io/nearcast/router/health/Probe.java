package io.nearcast.router.health;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * One look at an edge's serving address: connect as a client would, ask for a host that no service
 * has, and see whether HTTP comes back.
 *
 * <p>So the way through accept queue, parser and router of the edge is taken, and no cache and no
 * origin: neither their load nor their faults count. Blocks its (virtual) thread for up to {@link
 * #TIMEOUT}.
 */
final class Probe {
  /** How long all of it may take. */
  static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** A name that can never be a service's domain on any network (RFC 6761 section 6.4). */
  static final String HOST = "probe.nearcast.invalid";

  private static final byte[] REQUEST =
      ("HEAD / HTTP/1.1\r\nHost: "
              + HOST
              + "\r\nUser-Agent: nearcast-router\r\n"
              + "Connection: close\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII);

  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?");
  private static final int STATUS_LINE_BYTES_MAX = 1_024;

  private Probe() {}

  /** Looks once. */
  static ProbeResult look(InetSocketAddress edge) {
    long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
    try (Socket socket = new Socket()) {
      socket.connect(edge, millisLeft(deadlineNanos));
      socket.getOutputStream().write(REQUEST);
      return answer(socket, deadlineNanos) ? ProbeResult.ALIVE : ProbeResult.GARBLED;
    } catch (SocketTimeoutException _) {
      return ProbeResult.TIMED_OUT;
    } catch (ConnectException _) {
      return ProbeResult.REFUSED;
    } catch (java.net.NoRouteToHostException _) {
      return ProbeResult.UNREACHABLE;
    } catch (IOException _) {
      return ProbeResult.GARBLED;
    }
  }

  private static boolean answer(Socket socket, long deadlineNanos) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] head = new byte[STATUS_LINE_BYTES_MAX];
    int length = 0;
    while (length < head.length) {
      socket.setSoTimeout(millisLeft(deadlineNanos));
      int read = in.read(head, length, head.length - length);
      if (read < 0) {
        return false;
      }
      length += read;
      String text = new String(head, 0, length, StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n");
      if (end >= 0) {
        return STATUS_LINE.matcher(text.substring(0, end)).matches();
      }
    }
    return false;
  }

  private static int millisLeft(long deadlineNanos) throws SocketTimeoutException {
    long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException("the probe's time is over");
    }
    return (int) millis;
  }
}
