package io.nearcast.config.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import io.nearcast.config.model.Size;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Makes trees of values, by the convention that {@link Documents} states. */
final class RecordWriter {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RecordWriter() {}

  /**
   * The tree of a value.
   *
   * @throws IllegalArgumentException if the value, or one inside, has no form in documents
   */
  static JsonNode tree(Object value) {
    return switch (value) {
      case JsonNode node -> node;
      case Rule rule -> rule(rule, CachePolicy.DEFAULT);
      case Size size -> scalar(size);
      case CompressionPolicy compression when compression.off() ->
          NODES.textNode(RecordReader.COMPRESSION_OFF);
      case Record record -> object(record);
      case Map<?, ?> map -> map(map);
      case Set<?> set -> list(set.stream().sorted().toList());
      case Collection<?> list -> list(list);
      case Object[] array -> list(Arrays.asList(array));
      default -> scalar(value);
    };
  }

  private static JsonNode scalar(Object value) {
    return switch (Scalars.write(value)) {
      case String text -> NODES.textNode(text);
      case Boolean truth -> NODES.booleanNode(truth);
      case Integer number -> NODES.numberNode(number.longValue());
      case Long number -> NODES.numberNode(number.longValue());
      case Double number -> NODES.numberNode(number.doubleValue());
      case null, default ->
          throw new IllegalArgumentException("documents have no values of " + value.getClass());
    };
  }

  private static ObjectNode object(Record record) {
    Shape shape = Shape.of(record.getClass());
    ObjectNode object = NODES.objectNode();
    if (shape.tag() != null) {
      object.put("type", shape.tag());
    }
    for (Shape.Component component : shape.components()) {
      Object value = component.of(record);
      if (value != null) {
        object.set(component.name(), tree(value));
      }
    }
    if (record instanceof Service service) {
      ArrayNode rules = object.putArray("rules");
      service.rules().forEach(rule -> rules.add(rule(rule, service.cache())));
    }
    return object;
  }

  private static ObjectNode map(Map<?, ?> map) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
    ObjectNode object = NODES.objectNode();
    sorted.forEach((key, value) -> object.set(key, tree(value)));
    return object;
  }

  private static ArrayNode list(Collection<?> values) {
    ArrayNode array = NODES.arrayNode(values.size());
    values.forEach(value -> array.add(tree(value)));
    return array;
  }

  private static ObjectNode rule(Rule rule, CachePolicy inherited) {
    ObjectNode object = NODES.objectNode();
    object.putObject("match").put("path", rule.path());
    switch (rule.action()) {
      case Rule.Action.Bypass() -> object.put("cache", "bypass");
      case Rule.Action.Cache(CachePolicy policy) ->
          object.set("cache", difference(policy, inherited));
    }
    if (rule.upgrades() != null) {
      object.set("upgrades", list(rule.upgrades()));
    }
    return object;
  }

  /** What a rule has to say so that, read over the base, it is the value again. */
  private static ObjectNode difference(Record value, Record base) {
    ObjectNode object = NODES.objectNode();
    for (Shape.Component component : Shape.of(value.getClass()).components()) {
      Object mine = component.of(value);
      Object theirs = component.of(base);
      if (Objects.equals(mine, theirs)) {
        continue;
      }
      if (mine instanceof KeyPolicy key && theirs instanceof KeyPolicy baseKey) {
        object.set(component.name(), difference(key, baseKey));
      } else if (mine instanceof CompressionPolicy some && !some.off()) {
        CompressionPolicy over = (CompressionPolicy) Objects.requireNonNull(theirs);
        object.set(
            component.name(), difference(some, over.off() ? CompressionPolicy.DEFAULT : over));
      } else if (mine == null) {
        object.putNull(component.name()); // absent would mean the service's own
      } else {
        object.set(component.name(), tree(mine));
      }
    }
    return object;
  }
}
