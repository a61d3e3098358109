package io.nearcast.config.model;

/** Says that one field of a document has a value that cannot work, and what would. */
public final class InvalidField extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String pointer;
  private final String detail;

  /**
   * @param pointer a JSON pointer (RFC 6901) to the field, from the record that it is checked in
   * @param detail what is wrong and what to write instead, a sentence without its subject
   */
  public InvalidField(String pointer, String detail) {
    super(pointer + " " + detail);
    this.pointer = pointer;
    this.detail = detail;
  }

  /** The JSON pointer to the field. */
  public String pointer() {
    return pointer;
  }

  /** What is wrong and what to write instead. */
  public String detail() {
    return detail;
  }
}
