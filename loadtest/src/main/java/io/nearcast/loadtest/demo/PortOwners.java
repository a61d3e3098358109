package io.nearcast.loadtest.demo;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out which process listens on a port, from what Linux shows in {@code /proc}: the socket's
 * inode in the tables of sockets, then the process that has it open.
 */
final class PortOwners {
  private static final List<String> TABLES = List.of("tcp", "tcp6", "udp", "udp6");
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  /** TCP's LISTEN, and what UDP sockets always have. */
  private static final Set<String> LISTENING = Set.of("0A", "07");

  private PortOwners() {}

  /**
   * The process that listens on a port at any address, as {@code process 4711 (java)}.
   *
   * @return empty where none does, or where it belongs to another user
   */
  static Optional<String> of(int port) {
    try {
      Set<String> sockets = sockets(port);
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
        for (Path process : processes) {
          if (hasOpen(process, sockets)) {
            String name = Files.readString(process.resolve("comm")).strip();
            return Optional.of("process " + process.getFileName() + " (" + name + ")");
          }
        }
      }
    } catch (IOException _) {
      // Not Linux, or the process has just ended: then nobody can be named.
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** The sockets' names as they appear among open files: {@code socket:[INODE]}. */
  private static Set<String> sockets(int port) throws IOException {
    String suffix = String.format(":%04X", port);
    Set<String> sockets = new HashSet<>();
    for (String table : TABLES) {
      for (String line : Files.readAllLines(Path.of("/proc/net", table))) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > INODE
            && fields[LOCAL_ADDRESS].endsWith(suffix)
            && LISTENING.contains(fields[STATE])) {
          sockets.add("socket:[" + fields[INODE] + "]");
        }
      }
    }
    return sockets;
  }

  private static boolean hasOpen(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (sockets.contains(Files.readSymbolicLink(file).toString())) {
          return true;
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException _) {
      // Another user's process, or one that has just ended.
      return false;
    }
    return false;
  }
}
