package io.nearcast.config.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A token in a file, read anew at each call, so that it can be replaced while the process runs.
 * Where the file cannot be read, the last token read counts. Thread-safe.
 */
final class TokenFile implements Supplier<String> {
  private final Path path;
  private volatile String last;

  /**
   * @throws StartFailure if the file cannot be read or is empty
   */
  TokenFile(Path path) {
    this.path = path;
    try {
      last = read(path);
    } catch (IOException e) {
      throw new StartFailure(
          path + " cannot be read (" + e + "): name a file with the token with --token-file", e);
    }
    if (last.isEmpty()) {
      throw new StartFailure(path + " is empty: write the node's token into it");
    }
  }

  @Override
  public String get() {
    try {
      String token = read(path);
      if (!token.isEmpty()) {
        last = token;
      }
    } catch (IOException e) {
      return last; // being replaced, or gone: the token itself may well be good
    }
    return last;
  }

  private static String read(Path path) throws IOException {
    return Files.readString(path).strip();
  }
}
