package io.nearcast.edge.store.slab;

import io.nearcast.config.model.Coding;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The coded forms of one body. They live as long as it does, and hold one reference each, which is
 * given back with the body's memory; so whatever becomes of the body becomes of them.
 *
 * <p>A form is absent, then claimed by the one who makes it, then there or refused for ever; only a
 * claim that was dropped is absent again.
 *
 * <p>Threads: all methods may be called from any thread that holds a reference to the body.
 */
public final class CodedForms {
  /** What one form takes of the heap with its head as bytes, beside its slab memory. */
  private static final int FORM_HEAP_BYTES = 600;

  private static final Form CLAIMED = new Form(null);
  private static final Form REFUSED = new Form(null);

  private static final class Form {
    private final @Nullable SlabBody body;

    Form(@Nullable SlabBody body) {
      this.body = body;
    }
  }

  private final AtomicReferenceArray<@Nullable Form> forms =
      new AtomicReferenceArray<>(Coding.ALL.size());

  CodedForms() {}

  /**
   * The body in a coding, complete; null where there is none. Whoever keeps it beyond the reference
   * to the body that it belongs to retains it.
   */
  public @Nullable SlabBody get(Coding coding) {
    Form form = forms.get(coding.index());
    return form == null ? null : form.body;
  }

  /** Claims a form that is absent: the caller makes it, refuses it, or drops the claim. */
  public boolean claim(Coding coding) {
    return forms.get(coding.index()) == null && forms.compareAndSet(coding.index(), null, CLAIMED);
  }

  /** Whether a form was claimed or refused, so that a claim would fail, or is there. */
  public boolean decided(Coding coding) {
    return forms.get(coding.index()) != null;
  }

  /** Adds the form that the caller has claimed; takes over a reference to it. */
  public void put(Coding coding, SlabBody complete) {
    forms.set(coding.index(), new Form(complete));
  }

  /** Remembers that the form that the caller has claimed is not worth having. */
  public void refuse(Coding coding) {
    forms.set(coding.index(), REFUSED);
  }

  /** Gives up a claim, so that the form can be claimed again. */
  public void drop(Coding coding) {
    forms.set(coding.index(), null);
  }

  /** How much slab memory the forms hold, in bytes. */
  public long allocatedBytes() {
    long sum = 0;
    for (int i = 0; i < forms.length(); i++) {
      Form form = forms.get(i);
      sum += form == null || form.body == null ? 0 : form.body.allocatedBytes();
    }
    return sum;
  }

  /** An estimate of the heap that the forms take, in bytes. */
  public long heapBytes() {
    long sum = 0;
    for (int i = 0; i < forms.length(); i++) {
      Form form = forms.get(i);
      sum += form == null || form.body == null ? 0 : FORM_HEAP_BYTES;
    }
    return sum;
  }

  /** Called once, by the last to release the body. */
  void release() {
    for (int i = 0; i < forms.length(); i++) {
      Form form = forms.getAndSet(i, null);
      if (form != null && form.body != null) {
        form.body.release();
      }
    }
  }
}
