package io.nearcast.config.launch;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options of a node that is a member of a CDN, for picocli's {@code @Mixin}: which control
 * planes it follows, as whom, and where it keeps what it has learned.
 */
public final class MemberOptions {
  @Option(
      names = "--control-plane",
      paramLabel = "URL",
      split = ",",
      description = "control planes to follow, the next one where one fails")
  private List<URI> controlPlanes = new ArrayList<>();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "file with the node's token, on one line; read anew when it changes")
  private @Nullable Path tokenFile;

  @Option(
      names = "--id",
      paramLabel = "NAME",
      description = "the node's name, unique in the CDN: a-z, 0-9 and -")
  private @Nullable String id;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "directory of this process alone; made where it is missing")
  private @Nullable Path data;

  /** Whether the node is to follow a control plane at all. */
  public boolean isMember() {
    return !controlPlanes.isEmpty();
  }

  /** The control planes in the order of preference; empty where the node is no member. */
  public List<URI> controlPlanes() {
    return List.copyOf(controlPlanes);
  }

  /** The data directory, if one was named. */
  public Optional<Path> data() {
    return Optional.ofNullable(data);
  }

  /**
   * The data directory of a member.
   *
   * @throws StartFailure if none was named
   */
  public Path requiredData() {
    return required("--data DIR", data);
  }

  /**
   * The node's id.
   *
   * @throws StartFailure if none was given or it is no name
   */
  public String requiredId() {
    String given = required("--id NAME", id);
    try {
      io.nearcast.config.model.Names.checkName("--id", given);
    } catch (IllegalArgumentException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
    return given;
  }

  /**
   * Gives the token, read from its file at each call, so that it can be replaced while the node
   * runs. Where the file cannot be read later, the last one read counts.
   *
   * @throws StartFailure if no file was named or it cannot be read now
   */
  public Supplier<String> requiredToken() {
    Path file = required("--token-file FILE", tokenFile);
    return new TokenFile(file);
  }

  private static <T> T required(String option, @Nullable T value) {
    if (value == null) {
      throw new StartFailure(option + " is missing: a node with --control-plane needs it");
    }
    return value;
  }
}
