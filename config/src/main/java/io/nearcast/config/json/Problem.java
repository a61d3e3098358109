package io.nearcast.config.json;

/**
 * One thing that is wrong with a document.
 *
 * @param pointer a JSON pointer (RFC 6901) to the field, empty for the document as a whole
 * @param detail what is wrong and what to write instead, a sentence without its subject
 */
public record Problem(String pointer, String detail) {

  /** The pointer and the detail as one sentence. */
  @Override
  public String toString() {
    return (pointer.isEmpty() ? "the document" : pointer) + " " + detail;
  }
}
