package io.nearcast.config.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes records as JSON and YAML.
 *
 * <p>One convention serves all records, those of the model, the feed and the fleet and those of
 * other modules:
 *
 * <ul>
 *   <li>A field has the name of its component. A field that no component has is an error.
 *   <li>A field that is absent (or null) has the value that the record's constant {@code DEFAULT}
 *       has there, or that of the constant {@code FIELD_DEFAULT}; else {@code @Nullable} components
 *       are null, booleans false, lists, sets and maps empty, and records with a {@code DEFAULT}
 *       are that. All other fields are required.
 *   <li>Durations are written like {@code "30s"}, sizes like {@code "1k"}, times as in RFC 3339,
 *       enum constants in lower case with dashes.
 *   <li>A record of a sealed interface names itself in {@code "type"}: {@code ServiceActivated} is
 *       {@code "serviceActivated"}.
 *   <li>A rule is {@code {match: {path}, cache: bypass}}, or has under {@code cache} what differs
 *       from the service's own policy; {@code query} is taken as a whole.
 *   <li>{@code compression} is an object, or {@code off}, or {@code on} for what holds by default.
 * </ul>
 *
 * <p>What is written is canonical: equal records give equal bytes. Fields stand in the order of the
 * components, keys of maps and elements of sets in their natural order, nulls are left out (but for
 * a rule that takes back the service's {@code defaultTtl}).
 *
 * <p>Thread-safe.
 */
public final class Documents {

  /** The most bytes that a document of a user may have: 1 MiB. Whoever takes one in checks that. */
  public static final int BYTES_MAX = 1 << 20;

  /**
   * The most bytes that are read as JSON where the caller names no other bound: 16 MiB, for what
   * was accepted grows when it is written with its defaults and inside of other documents.
   */
  public static final int JSON_BYTES_MAX = 16 << 20;

  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxStringLength(Integer.MAX_VALUE) // the bound of the document is the bound
          .maxNestingDepth(2 * DocumentTree.DEPTH_MAX)
          .build();

  private static final JsonFactory JSON_FACTORY =
      JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build();

  private static final YAMLFactory YAML_FACTORY =
      YAMLFactory.builder()
          .streamReadConstraints(CONSTRAINTS)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(JSON_FACTORY).addModule(new RecordModule()).build();

  private static final ObjectMapper YAML_MAPPER = new ObjectMapper(YAML_FACTORY);

  private Documents() {}

  /**
   * Reads a JSON document of at most {@link #JSON_BYTES_MAX}.
   *
   * @param type a record, a sealed interface of records, an array of them, or {@link JsonNode}
   * @throws InvalidDocument if it is no JSON or a field is wrong; says every wrong field
   */
  public static <T> T readJson(Class<T> type, byte[] json) {
    return readJson(type, json, JSON_BYTES_MAX);
  }

  /**
   * Reads a JSON document of which the caller knows that it may be large, such as a snapshot.
   *
   * @param bytesMax the most bytes that it may have
   * @throws InvalidDocument if it is no JSON or a field is wrong; says every wrong field
   */
  public static <T> T readJson(Class<T> type, byte[] json, int bytesMax) {
    return new DocumentTree(JSON_FACTORY, "JSON").read(type, text(json, bytesMax));
  }

  /**
   * Reads a YAML document of at most {@link #BYTES_MAX}. Anchors, aliases and a second document in
   * the same text are errors.
   *
   * @param type a record, a sealed interface of records, an array of them, or {@link JsonNode}
   * @throws InvalidDocument if it is no YAML or a field is wrong; says every wrong field
   */
  public static <T> T readYaml(Class<T> type, byte[] yaml) {
    return new DocumentTree(YAML_FACTORY, "YAML").read(type, text(yaml, BYTES_MAX));
  }

  /** Writes a record, a collection, a map or a tree as canonical JSON on one line. */
  public static byte[] writeJson(Object value) {
    return write(MAPPER, value);
  }

  /** Writes a record, a collection, a map or a tree as canonical YAML. */
  public static byte[] writeYaml(Object value) {
    return write(YAML_MAPPER, value);
  }

  /**
   * A mapper for JSON trees that knows all records by the same convention. It is shared: not to be
   * configured.
   */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  private static byte[] write(ObjectMapper mapper, Object value) {
    try {
      return mapper.writeValueAsBytes(RecordWriter.tree(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot write " + value.getClass().getName(), e);
    }
  }

  private static String text(byte[] bytes, int bytesMax) {
    if (bytes.length > bytesMax) {
      throw InvalidDocument.malformed(
          "has " + bytes.length + " bytes: at most " + bytesMax + " are read");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text; // RFC 8259 section 8.1
    } catch (CharacterCodingException e) {
      throw InvalidDocument.malformed("is not UTF-8: save it in that encoding");
    }
  }
}
