package io.nearcast.config.launch;

import picocli.CommandLine.ITypeConverter;

/**
 * Reads options that are {@code on} or {@code off}, which YAML files may also say as truth values.
 */
public final class OnOffConverter implements ITypeConverter<Boolean> {
  @Override
  public Boolean convert(String text) {
    return Converters.quoting(text, OnOffConverter::read);
  }

  private static Boolean read(String text) {
    return switch (text) {
      case "on", "true" -> true;
      case "off", "false" -> false;
      default -> throw new IllegalArgumentException("must be on or off");
    };
  }
}
