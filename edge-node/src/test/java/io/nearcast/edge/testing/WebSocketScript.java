package io.nearcast.edge.testing;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** An origin's side of WebSocket (RFC 6455), enough to say back what it hears. */
public final class WebSocketScript {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private WebSocketScript() {}

  /** Shakes hands, says back each frame, and goes once the client has closed. */
  public static void echo(ScriptedOrigin.Call call) throws IOException {
    call.send(accepting(call.head()));
    int opcode;
    do {
      int first = next(call.in());
      opcode = first & 15;
      byte[] payload = payload(call.in());
      call.send(frame(opcode == PING ? (first & 0xf0) | PONG : first, payload));
    } while (opcode != CLOSE);
    call.cut();
  }

  /** The head that says yes (section 4.2.2). */
  public static String accepting(Message request) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: "
        + accept(request.field("Sec-WebSocket-Key"))
        + "\r\n\r\n";
  }

  private static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder()
          .encodeToString(sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int next(InputStream in) throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the client has gone");
    }
    return b;
  }

  /** Section 5.2: what clients send is masked. */
  private static byte[] payload(InputStream in) throws IOException {
    int length = next(in) & 127;
    if (length == 126) {
      length = ByteBuffer.wrap(in.readNBytes(2)).getShort() & 0xffff;
    } else if (length == 127) {
      length = (int) ByteBuffer.wrap(in.readNBytes(8)).getLong();
    }
    byte[] mask = in.readNBytes(4);
    byte[] payload = in.readNBytes(length);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i & 3];
    }
    return payload;
  }

  private static byte[] frame(int first, byte[] payload) {
    ByteBuffer out = ByteBuffer.allocate(10 + payload.length).put((byte) first);
    if (payload.length < 126) {
      out.put((byte) payload.length);
    } else if (payload.length < 1 << 16) {
      out.put((byte) 126).putShort((short) payload.length);
    } else {
      out.put((byte) 127).putLong(payload.length);
    }
    byte[] bytes = new byte[out.put(payload).position()];
    out.flip().get(bytes);
    return bytes;
  }
}
