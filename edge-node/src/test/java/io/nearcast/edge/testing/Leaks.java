package io.nearcast.edge.testing;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Buffers and bodies that nobody released. The build names {@link Detector} to Netty, by the system
 * property {@code io.netty.customResourceLeakDetector}.
 */
public final class Leaks {
  private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

  private Leaks() {}

  /** Fails where something was collected that had not been released. */
  public static void check() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      // Each allocation has the detector look at what was collected.
      for (int j = 0; j < 8; j++) {
        ByteBufAllocator.DEFAULT.buffer(16).release();
      }
    }
    String leak = FOUND.poll();
    if (leak != null) {
      FOUND.clear();
      throw new AssertionError("not released: " + leak);
    }
  }

  /** Remembers what Netty's own detector only logs. */
  public static final class Detector<T> extends ResourceLeakDetector<T> {
    /** Called by Netty. */
    public Detector(Class<?> resourceType, int samplingInterval) {
      super(resourceType, samplingInterval);
    }

    /** Called by Netty. */
    public Detector(Class<?> resourceType, int samplingInterval, long maxActive) {
      this(resourceType, samplingInterval);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      FOUND.add(resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      FOUND.add(resourceType);
    }
  }
}
