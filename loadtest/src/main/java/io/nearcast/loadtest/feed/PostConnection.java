package io.nearcast.loadtest.feed;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A kept connection for one POST after the other: as little work as will do, so that what is
 * measured is not the sender. For one thread at a time, a virtual one.
 */
final class PostConnection implements AutoCloseable {
  private static final int LINE_BYTES_MAX = 8 << 10;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] line = new byte[LINE_BYTES_MAX];

  /**
   * What came of a POST.
   *
   * @param status the status code
   * @param location the field Location, or null
   */
  record Answer(int status, @Nullable String location) {}

  /**
   * Connects.
   *
   * @param peer scheme {@code http}, host and port
   * @param waitMax how long an answer may take
   */
  PostConnection(URI peer, Duration waitMax) throws IOException {
    socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(Math.toIntExact(waitMax.toMillis()));
      socket.connect(new InetSocketAddress(peer.getHost(), peer.getPort()));
      in = new BufferedInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Sends a request and reads its answer, whose body is skipped.
   *
   * @param request head and body
   */
  Answer post(byte[] request) throws IOException {
    out.write(request);
    out.flush();
    int status = Integer.parseInt(line().split(" ", -1)[1]);
    String location = null;
    long length = -1;
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      String value = line.substring(colon + 1).strip();
      switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
        case "location" -> location = value;
        case "content-length" -> length = Long.parseLong(value);
        default -> {}
      }
    }
    if (length < 0) {
      skipChunks();
    } else {
      in.skipNBytes(length);
    }
    return new Answer(status, location);
  }

  /** RFC 9112 section 7.1: what a large answer comes in. */
  private void skipChunks() throws IOException {
    for (long size = chunkSize(); size > 0; size = chunkSize()) {
      in.skipNBytes(size);
      line();
    }
    line();
  }

  private long chunkSize() throws IOException {
    try {
      return Long.parseLong(line(), 16);
    } catch (NumberFormatException e) {
      throw new IOException("an answer whose length is not known", e);
    }
  }

  private String line() throws IOException {
    int count = 0;
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection ended in an answer's head");
      }
      if (count == line.length) {
        throw new IOException("a line of an answer's head is too long");
      }
      line[count++] = (byte) next;
    }
    return new String(line, 0, count, StandardCharsets.ISO_8859_1).strip();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
