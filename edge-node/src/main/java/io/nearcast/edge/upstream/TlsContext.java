package io.nearcast.edge.upstream;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How origins are reached through TLS: certificates are checked against the trust store, and the
 * host's name against the certificate. BoringSSL where its library is there, else the JDK. Made
 * when it is first needed, for many nodes never do. Safe for all threads.
 */
final class TlsContext {
  private final @Nullable TrustManagerFactory trust;
  private final ReentrantLock making = new ReentrantLock();
  private volatile @Nullable SslContext context;

  /**
   * @param trust whom to trust, or null for the JDK's trust store
   */
  TlsContext(@Nullable TrustManagerFactory trust) {
    this.trust = trust;
  }

  /** The context of all connections. */
  SslContext context() {
    SslContext made = context;
    return made == null ? make() : made;
  }

  private SslContext make() {
    making.lock();
    try {
      SslContext made = context;
      if (made == null) {
        made =
            SslContextBuilder.forClient()
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .trustManager(trust)
                .endpointIdentificationAlgorithm("HTTPS")
                .build();
        context = made;
      }
      return made;
    } catch (SSLException e) {
      throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
    } finally {
      making.unlock();
    }
  }
}
