package io.nearcast.edge.store.slab;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one response body, outside the heap, which can be read while they arrive.
 *
 * <p>States: growing, then complete by {@link #finish} or broken by {@link #fail}, and never
 * anything else. Bytes below {@link #length} never change, whatever the state.
 *
 * <p>Threads: one writer calls {@link #append}, {@link #finish} and {@link #fail}; the rest may be
 * called from any thread that holds a reference. The writer makes bytes visible by writing {@code
 * length}, last of all; a reader reads {@code length} first. What it then sees of the chain may be
 * newer than that length but never older, and is right for all bytes below it: pieces are only
 * added at the end, and trimming takes nothing away that lies below the length.
 *
 * <p>Ownership: a new body has one reference, its creator's. Every slice holds one more. The memory
 * is used again once all are released and not before, so a slice whose write ends late stays right.
 */
public final class SlabBody {
  /** The length to give where it is not known. */
  public static final long UNKNOWN_LENGTH = -1;

  /** No more than this is held for bytes that have not come, so that a slow origin pins little. */
  private static final int AHEAD_BYTES_MAX = 256 * 1024;

  /** The first piece where the length is not known. */
  private static final int AHEAD_BYTES_MIN = 1024;

  /** The end of a piece that is not there: after every position, so that the chain stays sorted. */
  private static final long NO_END = Long.MAX_VALUE;

  private static final long[] NO_CHAIN = {};

  private static final ResourceLeakDetector<SlabBody> LEAKS =
      ResourceLeakDetectorFactory.instance().newResourceLeakDetector(SlabBody.class);

  private static final VarHandle REFERENCES = handle("references", int.class);
  private static final VarHandle CODED_FORMS = handle("codedForms", CodedForms.class);

  private enum State {
    GROWING,
    COMPLETE,
    BROKEN
  }

  private final Slabs slabs;
  private final @Nullable ResourceLeakTracker<SlabBody> leak;
  private final long expectedLength;
  private final long lengthMax;

  /**
   * Pieces in order, each followed by the position in the body where it ends. Volatile so that a
   * reader that meets a longer copy meets its contents too.
   */
  private volatile long[] chain = NO_CHAIN;

  /** How many pieces the chain has. For the writer, and for whoever releases the last reference. */
  private int pieces;

  private volatile long allocatedBytes;
  private volatile long length;
  private volatile State state = State.GROWING;
  private volatile int references = 1;
  private volatile @Nullable CodedForms codedForms;

  /**
   * An empty, growing body with one reference, which belongs to the caller.
   *
   * @param expectedLength how many bytes will come, as far as is known, or {@link #UNKNOWN_LENGTH};
   *     a wrong one costs memory or time but does no harm
   */
  public SlabBody(Slabs slabs, long expectedLength) {
    this(slabs, expectedLength, Long.MAX_VALUE);
  }

  /**
   * An empty, growing body that takes no bytes beyond a maximum, nor any at all where more than
   * that are expected. It has one reference, which belongs to the caller.
   */
  public SlabBody(Slabs slabs, long expectedLength, long lengthMax) {
    this.slabs = slabs;
    this.expectedLength = expectedLength;
    this.lengthMax = expectedLength > lengthMax ? 0 : lengthMax;
    leak = LEAKS.track(this);
  }

  /** How many bytes can be read. Grows until the body is complete or broken. */
  public long length() {
    return length;
  }

  /** How much slab memory the body holds, in bytes; final once the body is complete. */
  public long allocatedBytes() {
    return allocatedBytes;
  }

  /** Whether all bytes are there. Ask for the length after, not before. */
  public boolean complete() {
    return state == State.COMPLETE;
  }

  /** Whether no more bytes will come although some are missing. */
  public boolean broken() {
    return state == State.BROKEN;
  }

  /** The coded forms of the body, or null where none was ever wanted. */
  public @Nullable CodedForms codedForms() {
    return codedForms;
  }

  /** The coded forms of the body, which it then has. The caller holds a reference. */
  public CodedForms withCodedForms() {
    CodedForms there = codedForms;
    if (there != null) {
      return there;
    }
    CodedForms made = new CodedForms();
    Object other = CODED_FORMS.compareAndExchange(this, null, made);
    return other == null ? made : (CodedForms) other;
  }

  /**
   * Copies all readable bytes of a buffer to the end of the body and makes them visible. Neither
   * moves the buffer's indices nor releases it.
   *
   * @return false if the slabs' bound or the body's own was reached: then nothing was added
   * @throws IllegalStateException if the body is not growing
   */
  public boolean append(ByteBuf source) {
    requireGrowing();
    long position = length;
    long end = position + source.readableBytes();
    if (end > lengthMax || !makeRoom(end)) {
      return false;
    }
    int index = source.readerIndex();
    while (position < end) {
      int link = link(chain, position);
      int run = run(chain, link, position, end);
      source.getBytes(index, chunk(link).view(offset(chain, link, position), run));
      index += run;
      position += run;
    }
    length = end;
    return true;
  }

  /**
   * Growing to complete: all bytes have come. Gives back what was held for more.
   *
   * @throws IllegalStateException if the body is not growing
   */
  public void finish() {
    requireGrowing();
    trim();
    slabs.wasted(allocatedBytes - length);
    state = State.COMPLETE;
  }

  /**
   * Growing to broken: the rest will not come. Readers may still read what has.
   *
   * @throws IllegalStateException if the body is not growing
   */
  public void fail() {
    requireGrowing();
    trim();
    slabs.wasted(allocatedBytes - length);
    state = State.BROKEN;
  }

  /**
   * A buffer on the body's own memory, without copying: the first contiguous run from there. It
   * ends where its piece of memory ends, so callers go on from {@code from + readableBytes()} until
   * they have what they want. It holds a reference to the body until it is released.
   *
   * @param from the first byte, at most {@link #length}
   * @param max how many bytes at most
   * @return at least one readable byte, unless {@code max} is 0 or {@code from} is the length
   * @throws IndexOutOfBoundsException if {@code from} is outside the body
   */
  public ByteBuf slice(long from, int max) {
    long readable = length;
    if (from < 0 || from > readable) {
      throw new IndexOutOfBoundsException("from " + from + " of " + readable + " bytes");
    }
    long end = Math.min(readable, from + max);
    if (from == end) {
      return Unpooled.EMPTY_BUFFER;
    }
    long[] links = chain;
    int link = link(links, from);
    Chunk chunk = slabs.chunk(links[link]);
    retain();
    return new BodySlice(this, chunk.view(offset(links, link, from), run(links, link, from, end)));
  }

  /**
   * Copies bytes behind what a buffer holds already, for bodies that are too small for a write of
   * their own.
   *
   * @throws IndexOutOfBoundsException if the body does not have all these bytes yet
   */
  public void copyTo(long from, ByteBuf target, int count) {
    long end = from + count;
    if (from < 0 || count < 0 || end > length) {
      throw new IndexOutOfBoundsException(
          count + " bytes from " + from + " of " + length + " bytes");
    }
    long[] links = chain;
    long position = from;
    while (position < end) {
      int link = link(links, position);
      int run = run(links, link, position, end);
      Chunk chunk = slabs.chunk(links[link]);
      target.writeBytes(chunk.buffer(), offset(links, link, position), run);
      position += run;
    }
  }

  /**
   * Takes one more reference. The caller must have one, or hold something that has one.
   *
   * @return this
   * @throws IllegalReferenceCountException if the body was freed
   */
  public SlabBody retain() {
    if (!tryRetain()) {
      throw new IllegalReferenceCountException(0, 1);
    }
    return this;
  }

  /** Takes one more reference unless the last one has been released; callers need not have one. */
  public boolean tryRetain() {
    int count = references;
    while (count > 0) {
      int witness = (int) REFERENCES.compareAndExchange(this, count, count + 1);
      if (witness == count) {
        return true;
      }
      count = witness;
    }
    return false;
  }

  /**
   * Gives back one reference; with the last one the memory is free for others.
   *
   * @return whether it was the last
   * @throws IllegalReferenceCountException if there was none left
   */
  public boolean release() {
    int before = (int) REFERENCES.getAndAdd(this, -1);
    if (before < 1) {
      // No thread can take the count up again from there, so it says for ever that this is a bug.
      throw new IllegalReferenceCountException(before, -1);
    }
    if (before == 1) {
      free();
      return true;
    }
    return false;
  }

  private void requireGrowing() {
    if (state != State.GROWING) {
      throw new IllegalStateException("the body is " + state);
    }
    if (references < 1) {
      throw new IllegalReferenceCountException(references);
    }
  }

  /** Allocates until the pieces hold so many bytes; false at the bound. */
  private boolean makeRoom(long end) {
    while (allocatedBytes < end) {
      long held = allocatedBytes;
      long piece = slabs.allocate(Math.max(end - held, ahead(held)));
      if (piece == Piece.NONE) {
        return false;
      }
      add(piece, held + Piece.bytes(piece));
    }
    return true;
  }

  /** How much to allocate if no more is needed at once: the known rest, else as much again. */
  private long ahead(long held) {
    if (held < expectedLength) {
      return Math.min(expectedLength - held, AHEAD_BYTES_MAX);
    }
    return Math.clamp(held, AHEAD_BYTES_MIN, AHEAD_BYTES_MAX);
  }

  private void add(long piece, long end) {
    int link = 2 * pieces;
    if (link == chain.length) {
      long[] longer = Arrays.copyOf(chain, Math.max(2, 2 * link));
      Arrays.fill(longer, link, longer.length, NO_END);
      chain = longer;
    }
    chain[link] = piece;
    chain[link + 1] = end;
    pieces++;
    allocatedBytes = end;
  }

  /** Gives back the memory behind the length. Readers at work do not look there. */
  private void trim() {
    while (pieces > 0 && start(chain, 2 * (pieces - 1)) >= length) {
      pieces--;
      slabs.free(chain[2 * pieces]);
      chain[2 * pieces + 1] = NO_END;
      allocatedBytes = start(chain, 2 * pieces);
    }
    if (pieces > 0) {
      int link = 2 * (pieces - 1);
      long start = start(chain, link);
      long piece = slabs.trim(chain[link], (int) (length - start));
      chain[link] = piece;
      chain[link + 1] = start + Piece.bytes(piece);
      allocatedBytes = chain[link + 1];
    }
  }

  private void free() {
    if (leak != null) {
      leak.close(this);
    }
    if (state != State.GROWING) {
      slabs.wasted(length - allocatedBytes);
    }
    CodedForms coded = codedForms;
    if (coded != null) {
      coded.release();
    }
    for (int i = 0; i < pieces; i++) {
      slabs.free(chain[2 * i]);
    }
  }

  private Chunk chunk(int link) {
    return slabs.chunk(chain[link]);
  }

  /** The link of the piece that holds a position: the first one that ends behind it. */
  private static int link(long[] chain, long position) {
    int low = 0;
    int high = chain.length / 2 - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (chain[2 * middle + 1] > position) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return 2 * low;
  }

  /** Where a piece begins in the body; its own length may be trimmed while this is asked. */
  private static long start(long[] chain, int link) {
    return link == 0 ? 0 : chain[link - 1];
  }

  /** Where a position of the body lies in the chunk of its piece. */
  private static int offset(long[] chain, int link, long position) {
    return Piece.offset(chain[link]) + (int) (position - start(chain, link));
  }

  /** How many bytes from a position, before an end, lie in that piece. */
  private static int run(long[] chain, int link, long position, long end) {
    return (int) (Math.min(end, chain[link + 1]) - position);
  }

  private static VarHandle handle(String field, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(SlabBody.class, field, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
