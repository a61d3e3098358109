package io.nearcast.edge;

import io.nearcast.config.launch.OnOffConverter;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.config.model.KeyPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What a standalone edge is told by options, and an edge of a CDN finds in its services; for
 * picocli's {@code @Mixin}.
 */
final class EdgeFlags {
  @Option(
      names = "--shield",
      paramLabel = "URL",
      description = "standalone: a shield to ask before the origin; may be given several times")
  private List<URI> shields = new ArrayList<>();

  @Option(
      names = "--compression",
      paramLabel = "on|off",
      arity = "1",
      converter = OnOffConverter.class,
      description = "standalone: compress for clients that accept it; on by default")
  private @Nullable Boolean compression;

  @Option(
      names = "--stale-while-revalidate",
      paramLabel = "DURATION",
      description =
          "standalone: how long stale content is served while it is refreshed, where the origin does not say; 0s by default")
  private @Nullable Duration staleWhileRevalidate;

  @Option(
      names = "--stale-if-error",
      paramLabel = "DURATION",
      description =
          "standalone: how long stale content is served when the origin fails, where the origin does not say; 0s by default")
  private @Nullable Duration staleIfError;

  /** The shields of a standalone edge, in no order. */
  List<URI> shields() {
    return List.copyOf(shields);
  }

  /**
   * How a standalone edge caches.
   *
   * @throws StartFailure if a duration is too long
   */
  CachePolicy cache() {
    boolean compresses = compression == null || compression;
    return new CachePolicy(
            null,
            stale("--stale-while-revalidate", staleWhileRevalidate),
            stale("--stale-if-error", staleIfError),
            KeyPolicy.WITH_PORT,
            false)
        .withCompression(compresses ? CompressionPolicy.DEFAULT : CompressionPolicy.OFF);
  }

  private static Duration stale(String option, @Nullable Duration given) {
    Duration duration = Objects.requireNonNullElse(given, Duration.ZERO);
    if (duration.compareTo(CachePolicy.TTL_MAX) > 0) {
      throw new StartFailure(option + " is longer than a year: write at most 365d");
    }
    return duration;
  }

  /**
   * Refuses what a member of a CDN is not told by options.
   *
   * @throws StartFailure if any of these options was given
   */
  void refuseForMember() {
    if (!shields.isEmpty()) {
      throw new StartFailure("--shield is for standalone edges: members find theirs in the feed");
    }
    Map<String, @Nullable Object> given = new LinkedHashMap<>();
    given.put("--compression", compression);
    given.put("--stale-while-revalidate", staleWhileRevalidate);
    given.put("--stale-if-error", staleIfError);
    given.forEach((option, value) -> {
      if (value != null) {
        throw new StartFailure(
            option + " is for standalone edges: those of a CDN find it in their services");
      }
    });
  }
}
