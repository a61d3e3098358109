package io.nearcast.edge.upstream;

import io.netty.channel.EventLoop;
import java.io.Serial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.commons.pool2.BaseKeyedPooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericKeyedObjectPool;
import org.apache.commons.pool2.impl.GenericKeyedObjectPoolConfig;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop, by target. There is one pool per loop, so that a connection
 * never changes threads and no lock is ever waited for; the bound per target is counted over all of
 * them by {@link TargetState}.
 *
 * <p>A connection is made without being connected: that takes time, and a pool that waited would
 * block the loop. It comes back only where its answer was whole and the server keeps it; the one
 * used last is used next, so that the others grow idle and close themselves. For one event loop.
 */
final class UpstreamPool {
  /** {@link #borrow} with this age gives a connection that has carried nothing. */
  static final long NEW_ONLY = -1;

  private final GenericKeyedObjectPool<TargetState, UpstreamConnection> pool;
  private final Set<UpstreamConnection> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Connector connector;
  private boolean closed;

  UpstreamPool(Connector connector) {
    this.connector = connector;
    GenericKeyedObjectPoolConfig<UpstreamConnection> config = new GenericKeyedObjectPoolConfig<>();
    config.setMaxTotal(-1);
    config.setMaxTotalPerKey(-1);
    config.setMaxIdlePerKey(-1);
    config.setBlockWhenExhausted(false);
    config.setTestOnBorrow(true);
    config.setLifo(true);
    config.setJmxEnabled(false);
    pool = new GenericKeyedObjectPool<>(new Factory(), config);
    pool.setCollectDetailedStatistics(false);
    pool.setReuseCapacityOnReturn(false);
    pool.setReuseCapacityOnMaintenance(false);
  }

  EventLoop loop() {
    return connector.loop();
  }

  UpstreamLimits limits() {
    return connector.limits();
  }

  /**
   * A connection to a target, open or yet to be connected; null where there are too many.
   *
   * @param unusedNanosMax an open one is given only if it was used within this time
   */
  @Nullable UpstreamConnection borrow(TargetState target, long unusedNanosMax) {
    assert loop().inEventLoop();
    if (closed) {
      return null;
    }
    try {
      if (unusedNanosMax != NEW_ONLY) {
        UpstreamConnection connection = pool.borrowObject(target);
        if (!connection.isOpen() || connection.unusedNanos() <= unusedNanosMax) {
          return connection;
        }
        pool.returnObject(target, connection);
      }
      // What is added goes to the front, so it is what is borrowed next.
      pool.addObject(target);
      return pool.borrowObject(target);
    } catch (TooMany | NoSuchElementException e) {
      return null;
    } catch (Exception e) {
      throw new IllegalStateException("a connection object could not be made", e);
    }
  }

  /** Takes back an open connection on which nothing is under way. */
  void giveBack(UpstreamConnection connection) {
    assert loop().inEventLoop();
    pool.returnObject(connection.target(), connection);
  }

  /** Forgets a connection, idle or borrowed, and closes it. */
  void discard(UpstreamConnection connection) {
    assert loop().inEventLoop();
    try {
      pool.invalidateObject(connection.target(), connection);
    } catch (Exception e) {
      throw new IllegalStateException("a connection object could not be discarded", e);
    }
  }

  /** How many connections are idle. Any thread may ask. */
  int idle() {
    return pool.getNumIdle();
  }

  /** Closes all connections; requests under way fail. */
  void close() {
    assert loop().inEventLoop();
    closed = true;
    for (UpstreamConnection connection : new ArrayList<>(open)) {
      connection.shutDown();
    }
    pool.close();
  }

  /** There are as many connections to a target as are allowed. Carries no stack trace. */
  private static final class TooMany extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    TooMany() {
      super("too many connections", null, false, false);
    }
  }

  private final class Factory
      extends BaseKeyedPooledObjectFactory<TargetState, UpstreamConnection> {
    @Override
    public UpstreamConnection create(TargetState target) throws TooMany {
      if (!target.tryOpen(connector.limits().connectionsPerTargetMax())) {
        throw new TooMany();
      }
      UpstreamConnection connection = new UpstreamConnection(UpstreamPool.this, connector, target);
      open.add(connection);
      return connection;
    }

    @Override
    public PooledObject<UpstreamConnection> wrap(UpstreamConnection connection) {
      return new DefaultPooledObject<>(connection);
    }

    @Override
    public boolean validateObject(TargetState target, PooledObject<UpstreamConnection> connection) {
      return connection.getObject().isUsable();
    }

    @Override
    public void destroyObject(TargetState target, PooledObject<UpstreamConnection> connection) {
      open.remove(connection.getObject());
      connection.getObject().release();
      target.closed();
    }
  }
}
