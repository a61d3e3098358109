package io.nearcast.control.store.consul;

import com.orbitz.consul.ConsulException;
import com.orbitz.consul.SessionClient;
import com.orbitz.consul.model.session.ImmutableSession;
import io.nearcast.control.store.StoreFailure;
import org.jspecify.annotations.Nullable;

/**
 * One key that at most one session of Consul holds. The session ends some time after its process
 * has stopped renewing it, and the lock with it. Whoever has held it may go on for a while without
 * knowing that it is lost: it saves work, and protects nothing.
 *
 * <p>Thread-safe.
 */
final class ConsulLock {
  private static final String TTL = "30s";
  private static final String BEHAVIOR = "release";
  private static final int HTTP_NOT_FOUND = 404;

  private final ConsulKv kv;
  private final String key;
  private @Nullable String session;

  ConsulLock(ConsulKv kv, String key) {
    this.kv = kv;
    this.key = key;
  }

  /**
   * Takes the lock if it is free, or keeps it.
   *
   * @throws StoreFailure if Consul does not answer
   */
  synchronized boolean hold() {
    return kv.told(
        consul -> consul.keyValueClient().acquireLock(key, "{}", renewed(consul.sessionClient())));
  }

  private String renewed(SessionClient sessions) {
    String mine = session;
    if (mine != null) {
      try {
        if (sessions.renewSession(mine).isPresent()) {
          return mine;
        }
      } catch (ConsulException e) {
        if (e.getCode() != HTTP_NOT_FOUND) {
          throw e;
        }
        session = null; // it has ended; a new one follows
      }
    }
    String created =
        sessions
            .createSession(
                ImmutableSession.builder().name("nearcast").ttl(TTL).behavior(BEHAVIOR).build())
            .getId();
    session = created;
    return created;
  }

  /** Lets go of the lock, if Consul can be reached. */
  synchronized void release() {
    String mine = session;
    if (mine != null) {
      kv.told(consul -> {
        consul.keyValueClient().releaseLock(key, mine); // else nobody gets it for a while
        consul.sessionClient().destroySession(mine);
        return mine;
      });
      session = null;
    }
  }
}
