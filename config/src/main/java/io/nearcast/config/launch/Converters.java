package io.nearcast.config.launch;

import io.nearcast.config.model.Durations;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** How options of the types that roles have in common are read. */
final class Converters {
  private Converters() {}

  static void register(CommandLine commandLine) {
    commandLine.registerConverter(Duration.class, text -> quoting(text, Durations::parse));
    commandLine.registerConverter(HostPort.class, text -> quoting(text, HostPort::parse));
    commandLine.registerConverter(URI.class, text -> quoting(text, Converters::url));
    commandLine.registerConverter(Path.class, text -> quoting(text, Converters::path));
  }

  /** Reads a text and puts it before the message where it cannot be read. */
  static <T> T quoting(String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + text + "' " + e.getMessage());
    }
  }

  private static URI url(String text) {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("is not a URL: write http://HOST[:PORT]", e);
    }
    boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!web || uri.getHost() == null) {
      throw new IllegalArgumentException("is not a URL: write http://HOST[:PORT]");
    }
    return uri;
  }

  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("is not a path: name a file or directory");
    }
    return Path.of(text);
  }
}
