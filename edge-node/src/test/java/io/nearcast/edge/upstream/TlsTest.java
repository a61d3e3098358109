package io.nearcast.edge.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
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
