package io.nearcast.edge.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.OpenSsl;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Origins behind TLS, with a certificate for localhost made by the JDK's keytool. */
final class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String HI = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
  private static final String SWITCHED =
      "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  private static final String UNTIL_CLOSE = "HTTP/1.1 200 OK\r\n\r\nhi";

  @TempDir private static Path directory;

  private static SSLContext serverTls;
  private static TrustManagerFactory trust;

  @BeforeAll
  static void makeCertificate() throws Exception {
    Client.watchLeaks();
    Path file = directory.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "origin",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,dns:origin.localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, PASSWORD);
    trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("origin", keys.getCertificate("origin"));
    trust.init(trusted);
    serverTls = SSLContext.getInstance("TLS");
    serverTls.init(keyManagers.getKeyManagers(), null, null);
  }

  @AfterAll
  static void check() {
    Client.checkLeaks();
  }

  @Test
  void boringSslIsThere() {
    assertThat(OpenSsl.isAvailable()).as("%s", OpenSsl.unavailabilityCause()).isTrue();
  }

  @Test
  void anOriginWithAGoodCertificateIsAskedByName() throws Exception {
    AtomicReference<List<SNIServerName>> asked = new AtomicReference<>();
    try (RawOrigin origin =
            RawOrigin.start(peer -> {
              SSLSocket tls = peer.secured(serverTls);
              answer(tls);
              asked.set(((ExtendedSSLSession) tls.getSession()).getRequestedServerNames());
              answer(tls);
              peer.awaitClose();
            });
        Client client = Client.trusting(trust)) {
      UpstreamPlan plan = client.plan(target("origin.localhost", origin));
      assertThat(client.send(plan, Client.get("/1")).outcome()).isEqualTo("200 hi");
      assertThat(client.send(plan, Client.get("/2")).outcome()).isEqualTo("200 hi");
      assertThat(asked.get()).containsExactly(new SNIHostName("origin.localhost"));
      assertThat(origin.accepted()).isEqualTo(1);
    }
  }

  @Test
  void aCertificateForAnotherNameIsRefused() throws Exception {
    try (RawOrigin origin = RawOrigin.start(peer -> answer(peer.secured(serverTls)));
        Client client = Client.trusting(trust)) {
      UpstreamPlan plan = client.plan(target("127.0.0.1", origin));
      Recorder recorder = client.send(plan, Client.get("/"));
      assertThat(recorder.outcome()).isEqualTo("could not connect");
      assertThat(recorder.failure.join().detail()).contains("127.0.0.1");
    }
  }

  @Test
  void aCertificateThatNobodySignedIsRefused() throws Exception {
    try (RawOrigin origin = RawOrigin.start(peer -> answer(peer.secured(serverTls)));
        Client client = Client.start()) {
      UpstreamPlan plan = client.plan(target("localhost", origin));
      Recorder recorder = client.send(plan, Client.get("/"));
      assertThat(recorder.outcome()).isEqualTo("could not connect");
      assertThat(recorder.failure.join().detail()).containsIgnoringCase("cert");
    }
  }

  @Test
  void aPlainServerIsNoTlsServer() throws Exception {
    try (RawOrigin origin = RawOrigin.start(peer -> peer.send("HTTP/1.1 400 Bad\r\n\r\n"));
        Client client = Client.trusting(trust)) {
      UpstreamPlan plan = client.plan(target("localhost", origin));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("could not connect");
    }
  }

  @Test
  void aBodyUntilCloseEndsWithACloseNotification() throws Exception {
    try (RawOrigin origin =
            RawOrigin.start(peer -> {
              SSLSocket tls = peer.secured(serverTls);
              answerUntilClose(tls);
              tls.close();
            });
        Client client = Client.trusting(trust)) {
      UpstreamPlan plan = client.plan(target("localhost", origin));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
    }
  }

  @Test
  void aBodyUntilCloseThatIsCutOffIsBroken() throws Exception {
    try (RawOrigin origin = RawOrigin.start(peer -> answerUntilClose(peer.secured(serverTls)));
        Client client = Client.trusting(trust)) {
      UpstreamPlan plan = client.plan(target("localhost", origin));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("closed in the body");
    }
  }

  @Test
  void aConnectionThatLeavesHttpStaysBehindTls() throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    CompletableFuture<Channel> tunnel = new CompletableFuture<>();
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (RawOrigin origin =
            RawOrigin.start(peer -> {
              SSLSocket tls = peer.secured(serverTls);
              assertThat(tls.getInputStream().read(new byte[4096])).isPositive();
              tls.getOutputStream().write((SWITCHED + "early").getBytes(ISO_8859_1));
              byte[] said = tls.getInputStream().readNBytes(4);
              tls.getOutputStream().write(said);
              end.complete(tls.getInputStream().read() < 0 ? "ended" : "more");
            });
        Client client = Client.trusting(trust)) {
      UpstreamRequest request =
          new UpstreamRequest(Client.head("GET", "/chat"), false, -1, "websocket");
      client.send(client.plan(target("localhost", origin)), request, new Switching(tunnel, heard));
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("early");
      Channel channel = tunnel.get(20, TimeUnit.SECONDS);
      var _ = channel.writeAndFlush(Unpooled.copiedBuffer("ping", ISO_8859_1));
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("ping");
      var _ = channel.close();
      assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo("ended");
    }
  }

  /** Takes the connection over and tells what it hears there. */
  private record Switching(CompletableFuture<Channel> tunnel, BlockingQueue<String> heard)
      implements UpstreamListener {
    @Override
    public void switched(Target from, ResponseHead head, Switched connection) {
      connection.to(
          new ChannelInboundHandlerAdapter() {
            @Override
            public void handlerAdded(ChannelHandlerContext context) {
              context.channel().config().setAutoRead(true);
              tunnel.complete(context.channel());
            }

            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
              heard.add(((ByteBuf) message).toString(ISO_8859_1));
              ReferenceCountUtil.release(message);
            }
          });
    }

    @Override
    public void interim(ResponseHead head) {}

    @Override
    public void head(Target from, ResponseHead head, long contentLength) {
      heard.add("not switched: " + head.status());
    }

    @Override
    public void data(ByteBuf piece) {
      piece.release();
    }

    @Override
    public void end(Fields trailers) {}

    @Override
    public void failed(UpstreamFailure failure) {
      heard.add("failed: " + failure.detail());
    }

    @Override
    public void writable() {}
  }

  private static Target target(String host, RawOrigin origin) {
    return new Target("o", false, true, host, origin.port());
  }

  private static void answer(SSLSocket tls) throws IOException {
    assertThat(tls.getInputStream().read(new byte[4096])).isPositive();
    tls.getOutputStream().write(HI.getBytes(ISO_8859_1));
  }

  private static void answerUntilClose(SSLSocket tls) throws IOException {
    assertThat(tls.getInputStream().read(new byte[4096])).isPositive();
    tls.getOutputStream().write(UNTIL_CLOSE.getBytes(ISO_8859_1));
  }
}
