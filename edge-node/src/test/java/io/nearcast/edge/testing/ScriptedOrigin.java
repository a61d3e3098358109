package io.nearcast.edge.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An origin that answers as a script says, with one thread for each connection, and that remembers
 * what it was asked.
 */
public final class ScriptedOrigin implements AutoCloseable {

  /** Answers one request. */
  public interface Script {
    /** Answers; the connection goes on with the next request afterwards. */
    void answer(Call call) throws IOException, InterruptedException;
  }

  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Message> requests = new CopyOnWriteArrayList<>();
  private volatile Script script;

  private ScriptedOrigin(Script script) throws IOException {
    this.script = script;
    this.server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
  }

  /** Starts on a free port. */
  public static ScriptedOrigin start(Script script) {
    try {
      ScriptedOrigin origin = new ScriptedOrigin(script);
      Thread.ofVirtual().start(origin::accept);
      return origin;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers every request with the same status, fields and body. */
  public static ScriptedOrigin answering(String body, String... fields) {
    return start(call -> call.reply(200, body, fields));
  }

  /** From now on answers by another script. */
  public void script(Script other) {
    script = other;
  }

  /** Where it is. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** All heads that have come, in order. */
  public List<Message> requests() {
    return requests;
  }

  /** The only request that has come. */
  public Message request() {
    if (requests.size() != 1) {
      throw new AssertionError("not one request but " + requests);
    }
    return requests.getFirst();
  }

  /** How many connections are open. */
  public int connections() {
    return open.size();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      closeAll();
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (Message head = Message.head(in); head != null; head = Message.head(in)) {
        requests.add(head);
        Call call = new Call(socket, in, head);
        script.answer(call);
        call.readBody();
      }
    } catch (IOException e) {
      // The node has gone, or the script has: either is what tests are about.
      open.remove(socket);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  private void closeAll() {
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Takes no connection any more, and cuts those that there are. */
  public void stop() {
    close();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    closeAll();
  }

  /** One request and the connection that it came on. */
  public static final class Call {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final Message head;
    private Message whole;

    Call(Socket socket, InputStream in, Message head) throws IOException {
      this.socket = socket;
      this.in = in;
      this.out = socket.getOutputStream();
      this.head = head;
    }

    /** The request's head. */
    public Message head() {
      return head;
    }

    /** Reads the request's body. */
    public Message readBody() throws IOException {
      if (whole == null) {
        whole = head.withBody(in, false, false);
      }
      return whole;
    }

    /** What is read from, for those who read a body at their own pace. */
    public InputStream in() {
      return in;
    }

    /** Sends characters as bytes. */
    public Call send(String latin1) throws IOException {
      return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes. */
    public Call send(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
      return this;
    }

    /** Sends a status line and fields, and the empty line. */
    public Call head(int status, String... fields) throws IOException {
      return send("HTTP/1.1 " + status + " X\r\n" + String.join("", crlf(fields)) + "\r\n");
    }

    private static List<String> crlf(String... fields) {
      return List.of(fields).stream().map(field -> field + "\r\n").toList();
    }

    /** Sends a whole response whose length is stated; to HEAD without the body. */
    public Call reply(int status, String body, String... fields) throws IOException {
      String text =
          "HTTP/1.1 "
              + status
              + " X\r\n"
              + String.join("", crlf(fields))
              + (status == 304 || status == 204 ? "" : "Content-Length: " + body.length() + "\r\n")
              + "\r\n"
              + (head.method().equals("HEAD") ? "" : body);
      return send(text);
    }

    /** Sends a piece of a chunked body. */
    public Call chunk(String text) throws IOException {
      return send(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    /** Sends the end of a chunked body. */
    public Call lastChunk() throws IOException {
      return send("0\r\n\r\n");
    }

    /** Closes the connection in the middle of whatever it is in. */
    public void cut() throws IOException {
      socket.close();
    }
  }
}
