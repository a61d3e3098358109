package io.nearcast.edge.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An object of any size at an origin that gives ranges of it. Every byte follows from the version
 * and the position, so that nobody has to keep it. For any thread.
 */
public final class LargeObject implements ScriptedOrigin.Script {
  private static final int PIECE = 64 * 1024;

  private final AtomicLong sent = new AtomicLong();
  private volatile long length;
  private volatile int version = 1;
  private volatile List<String> fields = List.of("Cache-Control: max-age=60");

  /** An object of version 1. */
  public LargeObject(long length) {
    this.length = length;
  }

  /** From now on it has these fields beside those about its length and its version. */
  public LargeObject with(String... newFields) {
    fields = List.of(newFields);
    return this;
  }

  /** From now on it is another one. */
  public void change(int newVersion, long newLength) {
    length = newLength;
    version = newVersion;
  }

  /** How many bytes of bodies the origin has written. */
  public long sent() {
    return sent.get();
  }

  /** The entity tag of a version. */
  public static String tag(int version) {
    return "\"v" + version + '"';
  }

  /** The byte of a version at a position. */
  public static byte at(int version, long position) {
    long mixed = (position + version * 7_919L) * 0x9E3779B97F4A7C15L;
    return (byte) (mixed >>> 40);
  }

  /** The position of the first byte that is not the version's, -1 where all are. */
  public static long difference(int version, long from, byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != at(version, from + i)) {
        return from + i;
      }
    }
    return -1;
  }

  @Override
  public void answer(ScriptedOrigin.Call call) throws IOException {
    int now = version;
    long all = length;
    String tag = tag(now);
    List<String> head = new ArrayList<>(fields);
    head.add("ETag: " + tag);
    if (tag.equals(call.head().field("If-None-Match"))) {
      call.head(304, head.toArray(String[]::new));
      return;
    }
    String condition = call.head().field("If-Range");
    String range = call.head().field("Range");
    if (range == null || (condition != null && !condition.equals(tag))) {
      head.add("Content-Length: " + all);
      call.head(200, head.toArray(String[]::new));
      body(call, now, 0, all);
      return;
    }
    String[] ends = range.substring("bytes=".length()).split("-", -1);
    long first = ends[0].isEmpty() ? all - Long.parseLong(ends[1]) : Long.parseLong(ends[0]);
    long last = ends[0].isEmpty() || ends[1].isEmpty() ? all - 1 : Long.parseLong(ends[1]);
    if (first >= all) {
      call.reply(416, "", "Content-Range: bytes */" + all);
      return;
    }
    long end = Math.min(last + 1, all);
    head.add("Content-Length: " + (end - first));
    head.add("Content-Range: bytes " + first + '-' + (end - 1) + '/' + all);
    call.head(206, head.toArray(String[]::new));
    body(call, now, first, end);
  }

  private void body(ScriptedOrigin.Call call, int of, long from, long to) throws IOException {
    if (call.head().method().equals("HEAD")) {
      return;
    }
    for (long position = from; position < to; position += PIECE) {
      byte[] piece = new byte[(int) Math.min(PIECE, to - position)];
      for (int i = 0; i < piece.length; i++) {
        piece[i] = at(of, position + i);
      }
      call.send(piece);
      sent.addAndGet(piece.length);
    }
  }
}
