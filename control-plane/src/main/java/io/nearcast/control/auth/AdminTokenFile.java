package io.nearcast.control.auth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code admin.token} that lets the first person in: one line, readable by its owner only.
 *
 * <p>It is written before the token counts, so that no crash can leave a control plane without
 * anybody who may enter. Whoever has deleted the file, or the token in it, gets no new one unless
 * there is no admin token left at all.
 */
public final class AdminTokenFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path file;

  private AdminTokenFile(Path file) {
    this.file = file;
  }

  /** The file of a data directory. */
  public static AdminTokenFile in(Path directory) {
    return new AdminTokenFile(directory.resolve("admin.token"));
  }

  /**
   * Makes the token where there is none yet.
   *
   * @return the token in the file, or an empty text if there is none
   */
  public String ensure(Tokens tokens) {
    try {
      String secret = read();
      if (secret != null && tokens.knows(secret)) {
        return secret;
      }
      if (tokens.hasAdmin()) {
        return secret == null ? "" : secret;
      }
      String drawn = secret == null ? tokens.draw() : secret;
      write(drawn);
      tokens.issue(drawn, Role.ADMIN, null, null);
      return drawn;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use " + file, e);
    }
  }

  private @Nullable String read() throws IOException {
    try {
      String secret = Files.readString(file).strip();
      return secret.isEmpty() ? null : secret;
    } catch (NoSuchFileException e) {
      return null; // the first start
    }
  }

  private void write(String secret) throws IOException {
    Path fresh = file.resolveSibling("admin.token.new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      ByteBuffer line = ByteBuffer.wrap((secret + "\n").getBytes(StandardCharsets.US_ASCII));
      while (line.hasRemaining()) {
        channel.write(line);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
