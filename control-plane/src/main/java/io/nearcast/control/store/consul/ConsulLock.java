package io.nearcast.control.store.consul;

import com.orbitz.consul.ConsulException;
import com.orbitz.consul.KeyValueClient;
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

  private final SessionClient sessions;
  private final KeyValueClient keys;
  private final String key;
  private @Nullable String session;

  ConsulLock(SessionClient sessions, KeyValueClient keys, String key) {
    this.sessions = sessions;
    this.keys = keys;
    this.key = key;
  }

  /**
   * Takes the lock if it is free, or keeps it.
   *
   * @throws StoreFailure if Consul does not answer
   */
  synchronized boolean hold() {
    try {
      String mine = renewed();
      return keys.acquireLock(key, "{}", mine);
    } catch (RuntimeException e) {
      throw ConsulKv.failure("cannot take the lock " + key, e);
    }
  }

  private String renewed() {
    String mine = session;
    if (mine != null) {
      try {
        if (sessions.renewSession(mine).isPresent()) {
          return mine;
        }
      } catch (ConsulException e) {
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
    if (session != null) {
      keys.releaseLock(key, session); // else Consul gives it to nobody for a while
      sessions.destroySession(session);
      session = null;
    }
  }
}
