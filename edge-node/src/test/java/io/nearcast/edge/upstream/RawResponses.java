package io.nearcast.edge.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nearcast.edge.corpus.Corpus;
import java.util.List;

/**
 * The answers of the corpus, and what they are to be taken for. Each is followed by the end of the
 * connection.
 */
final class RawResponses {
  /**
   * @param method of the request that is answered
   * @param bytes the answer, one byte for each character
   * @param outcome as of {@link Recorder#outcome}; of a malformed one, how the detail begins
   */
  record Case(String name, String method, String bytes, String outcome) {
    @Override
    public String toString() {
      return name;
    }
  }

  private RawResponses() {}

  static List<Case> all() {
    return Corpus.responses().stream().map(RawResponses::of).toList();
  }

  private static Case of(Corpus.Entry entry) {
    String outcome = new String(Corpus.bytes(entry.get("outcome")), ISO_8859_1);
    return new Case(
        entry.toString(),
        entry.get("request", "GET"),
        new String(entry.bytes("/"), ISO_8859_1),
        // Status, blank and body, which may be of no bytes.
        outcome.length() == 3 ? outcome + ' ' : outcome);
  }
}
