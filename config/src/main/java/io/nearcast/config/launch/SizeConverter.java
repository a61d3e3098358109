package io.nearcast.config.launch;

import io.nearcast.config.model.Sizes;
import picocli.CommandLine.ITypeConverter;

/**
 * Reads options that are a SIZE in bytes: {@code @Option(names = "--memory", converter =
 * SizeConverter.class) long memoryBytes}.
 */
public final class SizeConverter implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    return Converters.quoting(text, Sizes::parse);
  }
}
