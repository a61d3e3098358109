package io.nearcast.config.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads one text to a tree and from there to a value. Finds what a tree no longer shows: fields
 * that stand twice, YAML aliases, more than one document.
 *
 * <p>For one document only; not thread-safe.
 */
final class DocumentTree {
  /** The deepest that objects and lists may nest: far above any real document. */
  static final int DEPTH_MAX = 32;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final JsonFactory factory;
  private final String language;
  private final Problems problems = new Problems();

  /** Whether the tree has holes where aliases stood: what else seems wrong with it may not be. */
  private boolean hasAlias;

  /**
   * @param language what the factory reads, for messages
   */
  DocumentTree(JsonFactory factory, String language) {
    this.factory = factory;
    this.language = language;
  }

  <T> T read(Class<T> type, String text) {
    JsonNode tree = parse(text);
    Object value = hasAlias ? null : new RecordReader(problems).read(tree, type, "");
    return problems.checked(type, value);
  }

  private JsonNode parse(String text) {
    try (JsonParser parser = factory.createParser(text)) {
      if (parser.nextToken() == null) {
        throw InvalidDocument.malformed("is empty: write a " + language + " document");
      }
      JsonNode tree = node(parser, "", 0);
      if (parser.nextToken() != null) {
        throw InvalidDocument.malformed(
            "goes on after its end" + at(parser.currentTokenLocation()) + ": write one only");
      }
      return tree;
    } catch (JsonEOFException e) {
      throw InvalidDocument.malformed(
          "is not " + language + ": it ends too early" + at(e.getLocation()));
    } catch (JsonProcessingException e) {
      throw InvalidDocument.malformed(
          "is not " + language + ": look at what stands" + at(e.getLocation()));
    } catch (YAMLException e) {
      throw InvalidDocument.malformed("is not " + language + ": it has characters that cannot be");
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot happen: the text is in memory
    }
  }

  private static String at(JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? ""
        : " at line " + location.getLineNr() + ", column " + Math.max(1, location.getColumnNr());
  }

  private JsonNode node(JsonParser parser, String pointer, int depth) throws IOException {
    if (depth > DEPTH_MAX) {
      throw InvalidDocument.malformed("nests deeper than " + DEPTH_MAX + " levels");
    }
    if (parser instanceof YAMLParser yaml) {
      if (yaml.isCurrentAlias()) {
        problems.add(pointer, "is a YAML alias: write the value out");
        hasAlias = true;
        return NODES.nullNode();
      }
      if (isEmptyPlain(yaml)) {
        return NODES.nullNode();
      }
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, pointer, depth);
      case START_ARRAY -> array(parser, pointer, depth);
      case VALUE_STRING -> NODES.textNode(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      default -> NODES.nullNode();
    };
  }

  /** Whether nothing stands where a value could: null in YAML, which Jackson reads as "". */
  private static boolean isEmptyPlain(YAMLParser yaml) throws IOException {
    JsonLocation start = yaml.currentTokenLocation();
    JsonLocation end = yaml.currentLocation();
    return yaml.currentToken() == JsonToken.VALUE_STRING
        && yaml.getText().isEmpty()
        && start.getLineNr() == end.getLineNr()
        && start.getColumnNr() == end.getColumnNr();
  }

  private static JsonNode number(JsonParser parser) throws IOException {
    try {
      if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
        return NODES.numberNode(parser.getDoubleValue());
      }
      BigInteger value = parser.getBigIntegerValue();
      return value.bitLength() < Long.SIZE
          ? NODES.numberNode(value.longValue())
          : NODES.numberNode(value);
    } catch (JsonProcessingException e) {
      return NODES.textNode(parser.getText()); // such as .nan in YAML: a number to nobody else
    }
  }

  private JsonNode object(JsonParser parser, String pointer, int depth) throws IOException {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      String child = Problems.child(pointer, name);
      parser.nextToken();
      if (object.has(name)) {
        problems.add(child, "stands twice: leave one out");
      }
      object.set(name, node(parser, child, depth + 1));
    }
    return object;
  }

  private JsonNode array(JsonParser parser, String pointer, int depth) throws IOException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(node(parser, pointer + "/" + array.size(), depth + 1));
    }
    return array;
  }
}
