package io.nearcast.loadtest.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The chart of this repository with some values, as Helm itself sees it: linted and rendered. */
final class Chart {
  /** The chart's folder. */
  static final Path SOURCE =
      Path.of(System.getProperty("nearcast.root", "..")).resolve("helm/nearcast").toAbsolutePath();

  private static final YAMLMapper YAML = new YAMLMapper();

  private final Path folder;

  private Chart(Path folder) {
    this.folder = folder;
  }

  /**
   * Copies the chart into an empty folder, with its default values overlaid by those given.
   *
   * @param work an empty folder, owned by the caller
   * @param overlay values in YAML, possibly none
   */
  static Chart with(Path work, String overlay) {
    try (Stream<Path> files = Files.walk(SOURCE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = work.resolve(SOURCE.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
      Path values = work.resolve("values.yaml");
      JsonNode merged = merge(YAML.readTree(values.toFile()), YAML.readTree(overlay));
      YAML.writeValue(values.toFile(), merged);
      return new Chart(work);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what Helm's strict lint says. */
  LintResult lint() {
    return new Helm(folder).lint().strict().quiet().call();
  }

  /** Returns all objects that release {@code cdn} in namespace {@code web} would make. */
  List<JsonNode> render() {
    String text =
        new Helm(folder)
            .template()
            .withName("cdn")
            .withNamespace("web")
            .withKubeVersion("1.31.0")
            .call();
    List<JsonNode> objects = new ArrayList<>();
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        if (document.isObject()) {
          objects.add(document);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return objects;
  }

  /** Lays values over others: objects field by field, everything else as a whole, as Helm does. */
  private static JsonNode merge(JsonNode base, JsonNode overlay) {
    if (!(base instanceof ObjectNode fields) || !overlay.isObject()) {
      return overlay.isMissingNode() ? base : overlay;
    }
    for (Map.Entry<String, JsonNode> entry : overlay.properties()) {
      JsonNode old = fields.get(entry.getKey());
      fields.set(entry.getKey(), old == null ? entry.getValue() : merge(old, entry.getValue()));
    }
    return fields;
  }
}
