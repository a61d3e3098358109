package io.nearcast.loadtest.history;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of network between two processes: a TCP proxy on loopback with a weather of its own.
 *
 * <p>Thread-safe. Each connection has two virtual threads, one for each direction.
 */
final class Link implements AutoCloseable {

  /** What becomes of bytes and connections. */
  enum Weather {
    /** They pass. */
    CLEAR,
    /** Each piece is late by up to {@link #DELAY_MILLIS_MAX}. */
    SLOW,
    /** They wait, and pass when that is over: late, but whole and in order. */
    HELD,
    /** What is sent is gone, and so is the rest of its connection, which neither side is told. */
    LOST,
    /** Connections are reset, also new ones. */
    CUT
  }

  static final int DELAY_MILLIS_MAX = 250;

  private static final int CONNECT_MILLIS = 2_000;
  private static final int PIECE_BYTES = 16 * 1_024;

  private final String name;
  private final ServerSocket server;
  private final Set<Pipe> pipes = ConcurrentHashMap.newKeySet();

  // Guarded by this
  private final SplittableRandom random;
  private Weather weather = Weather.CLEAR;
  private @Nullable InetSocketAddress target;
  private boolean closed;

  /** A connection from one side to the other. */
  private static final class Pipe {
    final Socket near;
    final Socket far = new Socket();
    volatile boolean lost;

    Pipe(Socket near) {
      this.near = near;
    }

    void reset() {
      for (Socket socket : new Socket[] {near, far}) {
        try {
          socket.setSoLinger(true, 0);
        } catch (IOException _) {
          // Closed already.
        }
        close(socket);
      }
    }

    void close() {
      close(near);
      close(far);
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException _) {
        // It is closed all the same.
      }
    }
  }

  private Link(String name, ServerSocket server, long seed) {
    this.name = name;
    this.server = server;
    this.random = new SplittableRandom(seed ^ name.hashCode());
  }

  /** Opens a link whose far end is not known yet: until then it resets what comes. */
  static Link open(String name, long seed) throws IOException {
    Link link = new Link(name, new ServerSocket(0, 256, InetAddress.ofLiteral("127.0.0.1")), seed);
    Thread.ofVirtual().name("link " + name).start(link::accept);
    return link;
  }

  String name() {
    return name;
  }

  /** Where it is entered. */
  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** Sets where new connections go. */
  synchronized void target(InetSocketAddress to) {
    target = to;
  }

  /** Changes the weather. */
  void weather(Weather now) {
    synchronized (this) {
      weather = now;
      notifyAll();
    }
    for (Pipe pipe : pipes) {
      // Whose bytes were lost can never go on: like an answer from where nobody knows of it.
      if (now == Weather.CUT || (now == Weather.CLEAR && pipe.lost)) {
        pipe.reset();
      }
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    server.close();
    pipes.forEach(Pipe::reset);
  }

  private void accept() {
    try {
      while (true) {
        Pipe pipe = new Pipe(server.accept());
        Thread.ofVirtual().start(() -> run(pipe));
      }
    } catch (IOException _) {
      // The link was closed.
    }
  }

  private void run(Pipe pipe) {
    pipes.add(pipe);
    try {
      InetSocketAddress to = destination();
      if (to == null) {
        pipe.reset();
        return;
      }
      pipe.near.setTcpNoDelay(true);
      pipe.far.setTcpNoDelay(true);
      pipe.far.connect(to, CONNECT_MILLIS);
      Thread back = Thread.ofVirtual().start(() -> pump(pipe, pipe.far, pipe.near));
      pump(pipe, pipe.near, pipe.far);
      back.join();
    } catch (IOException _) {
      // Nobody is there.
      pipe.reset();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      pipes.remove(pipe);
      pipe.close();
    }
  }

  private synchronized @Nullable InetSocketAddress destination() {
    return closed || weather == Weather.CUT ? null : target;
  }

  private void pump(Pipe pipe, Socket from, Socket to) {
    byte[] piece = new byte[PIECE_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        pass(pipe);
        if (!pipe.lost) {
          out.write(piece, 0, length);
        }
      }
      pass(pipe);
      if (!pipe.lost) {
        to.shutdownOutput();
      }
    } catch (IOException _) {
      if (!pipe.lost) {
        pipe.reset();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for as long as a piece takes, or finds that it is lost. */
  private void pass(Pipe pipe) throws InterruptedException {
    long delayMillis = 0;
    synchronized (this) {
      while (weather == Weather.HELD && !closed) {
        wait();
      }
      switch (weather) {
        case LOST -> pipe.lost = true;
        case SLOW -> delayMillis = random.nextInt(DELAY_MILLIS_MAX);
        default -> {}
      }
    }
    if (delayMillis > 0) {
      Thread.sleep(delayMillis);
    }
  }
}
