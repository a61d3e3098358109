package io.nearcast.config.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.config.model.InvalidField;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import io.nearcast.config.model.Size;
import io.nearcast.config.model.Upgrade;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes values of trees, by the convention that {@link Documents} states, and notes every problem
 * on the way. A value is good only where no problem was noted while it was read; else it may be
 * null or incomplete and is not to be used.
 *
 * <p>For one document only; not thread-safe.
 */
final class RecordReader {
  /** What stands for {@link CompressionPolicy#OFF}. */
  static final String COMPRESSION_OFF = "off";

  private static final String TAG = "type";

  private final Problems problems;

  /** The policy that rules of the service being read override. */
  private CachePolicy inherited = CachePolicy.DEFAULT;

  RecordReader(Problems problems) {
    this.problems = problems;
  }

  /**
   * Reads a value.
   *
   * @param type a class, or a list, set or map with its type arguments
   * @param pointer where the node stands in the document
   */
  @Nullable Object read(JsonNode node, Type type, String pointer) {
    if (type instanceof ParameterizedType generic) {
      return container(node, generic, pointer);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == JsonNode.class) {
      return node;
    }
    if (raw == Rule.class) {
      return rule(node, pointer);
    }
    if (raw == CompressionPolicy.class) {
      return compression(node, pointer, CompressionPolicy.DEFAULT);
    }
    if (raw.isRecord() && raw != Size.class) {
      return record(node, raw, pointer, null);
    }
    if (Shape.isChoice(raw)) {
      return choice(node, raw, pointer);
    }
    if (raw.isArray()) {
      return array(node, raw.getComponentType(), pointer);
    }
    try {
      return Scalars.read(node, raw);
    } catch (IllegalArgumentException e) {
      problems.add(pointer, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private @Nullable Object record(
      JsonNode node, Class<?> type, String pointer, @Nullable Object base) {
    if (!isObject(node, pointer)) {
      return null;
    }
    Shape shape = Shape.of(type);
    int before = problems.count();
    unknownFields(node, shape, pointer);
    List<Shape.Component> components = shape.components();
    @Nullable Object[] values = new @Nullable Object[components.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = component(node, components.get(i), pointer, base);
      if (type == Service.class && values[i] instanceof CachePolicy policy) {
        inherited = policy; // the rules come after it
      }
    }
    return problems.count() > before ? null : create(shape, values, pointer);
  }

  private @Nullable Object component(
      JsonNode node, Shape.Component component, String pointer, @Nullable Object base) {
    JsonNode value = node.get(component.name());
    Object inBase = base == null ? null : component.of(base);
    if (value == null) {
      return base == null ? absent(component, pointer) : inBase;
    }
    if (value.isNull()) {
      return component.nullable() ? null : absent(component, pointer);
    }
    String child = Problems.child(pointer, component.name());
    return switch (inBase) {
      case KeyPolicy _ -> record(value, KeyPolicy.class, child, inBase);
      case CompressionPolicy compression -> compression(value, child, compression);
      case null, default -> read(value, component.type(), child);
    };
  }

  /** One word, or what differs from the base; where that is off, from what on means. */
  private @Nullable Object compression(JsonNode node, String pointer, CompressionPolicy base) {
    // YAML reads the bare words as truth values.
    if (node.isBoolean() || node.asText().equals("on") || node.asText().equals(COMPRESSION_OFF)) {
      boolean on = node.isBoolean() ? node.booleanValue() : node.asText().equals("on");
      return on ? CompressionPolicy.DEFAULT : CompressionPolicy.OFF;
    }
    if (!node.isObject()) {
      problems.add(pointer, "must be on, off, or an object with types, minSize and codings");
      return null;
    }
    CompressionPolicy over = base.off() ? CompressionPolicy.DEFAULT : base;
    return record(node, CompressionPolicy.class, pointer, over);
  }

  private @Nullable Object absent(Shape.Component component, String pointer) {
    if (component.required()) {
      problems.add(
          Problems.child(pointer, component.name()),
          "is missing: " + Scalars.remedy(component.type()));
    }
    return component.absent();
  }

  private @Nullable Object create(Shape shape, @Nullable Object[] values, String pointer) {
    try {
      return shape.create(values);
    } catch (InvalidField e) {
      problems.add(pointer + e.pointer(), e.detail());
    } catch (IllegalArgumentException e) {
      problems.add(pointer, String.valueOf(e.getMessage()));
    }
    return null;
  }

  private void unknownFields(JsonNode node, Shape shape, String pointer) {
    Set<String> known = new LinkedHashSet<>();
    shape.components().forEach(component -> known.add(component.name()));
    if (shape.tag() != null) {
      known.add(TAG);
    }
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!known.contains(name)) {
            problems.add(
                Problems.child(pointer, name),
                "is an unknown field: " + NearestName.hint(name, known));
          }
        });
  }

  private @Nullable Object choice(JsonNode node, Class<?> type, String pointer) {
    if (!isObject(node, pointer)) {
      return null;
    }
    Map<String, Class<?>> kinds = new LinkedHashMap<>();
    for (Class<?> kind : type.getPermittedSubclasses()) {
      kinds.put(String.valueOf(Shape.of(kind).tag()), kind);
    }
    JsonNode tag = node.get(TAG);
    Class<?> kind = tag == null ? null : kinds.get(tag.asText());
    if (kind == null) {
      problems.add(
          pointer + "/" + TAG,
          (tag == null ? "is missing: write" : "must be")
              + " one of "
              + NearestName.list(kinds.keySet()));
      return null;
    }
    return record(node, kind, pointer, null);
  }

  private @Nullable Object container(JsonNode node, ParameterizedType type, String pointer) {
    Type[] arguments = type.getActualTypeArguments();
    if (type.getRawType() == Map.class) {
      return map(node, arguments[1], pointer);
    }
    List<@Nullable Object> list = list(node, arguments[0], pointer);
    return list != null && type.getRawType() == Set.class ? new LinkedHashSet<>(list) : list;
  }

  private @Nullable Map<String, @Nullable Object> map(JsonNode node, Type type, String pointer) {
    if (!isObject(node, pointer)) {
      return null;
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    node.properties()
        .forEach(entry -> {
          String child = Problems.child(pointer, entry.getKey());
          map.put(entry.getKey(), element(entry.getValue(), type, child));
        });
    return map;
  }

  private @Nullable List<@Nullable Object> list(JsonNode node, Type type, String pointer) {
    if (!node.isArray()) {
      problems.add(pointer, "must be a list");
      return null;
    }
    List<@Nullable Object> list = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      list.add(element(node.get(i), type, pointer + "/" + i));
    }
    return list;
  }

  private @Nullable Object element(JsonNode node, Type type, String pointer) {
    if (node.isNull() && type != JsonNode.class) {
      problems.add(pointer, "must not be null: " + Scalars.remedy(type) + " or leave it out");
      return null;
    }
    return read(node, type, pointer);
  }

  private @Nullable Object array(JsonNode node, Class<?> type, String pointer) {
    int before = problems.count();
    List<@Nullable Object> list = list(node, type, pointer);
    if (list == null || problems.count() > before) {
      return null;
    }
    Object array = Array.newInstance(type, list.size());
    for (int i = 0; i < list.size(); i++) {
      Array.set(array, i, list.get(i));
    }
    return array;
  }

  private boolean isObject(JsonNode node, String pointer) {
    if (!node.isObject()) {
      problems.add(pointer, "must be an object with fields");
    }
    return node.isObject();
  }

  /** How a rule stands in a document. */
  record RuleDocument(Match match, @Nullable JsonNode cache, @Nullable List<Upgrade> upgrades) {
    /** What a rule is for. */
    record Match(String path) {}
  }

  private @Nullable Object rule(JsonNode node, String pointer) {
    int before = problems.count();
    Object read = record(node, RuleDocument.class, pointer, null);
    Rule.Action action = node.isObject() ? action(node.path("cache"), pointer) : null;
    if (problems.count() > before || action == null || !(read instanceof RuleDocument document)) {
      return null;
    }
    try {
      return new Rule(document.match().path(), action, document.upgrades());
    } catch (InvalidField e) {
      problems.add(pointer + e.pointer(), e.detail());
      return null;
    }
  }

  private Rule.@Nullable Action action(JsonNode node, String pointer) {
    String child = pointer + "/cache";
    if (node.isTextual() && node.asText().equals("bypass")) {
      return new Rule.Action.Bypass();
    }
    if (!node.isObject()) {
      String remedy = "bypass, or an object with what differs from the service's cache";
      boolean absent = node.isMissingNode() || node.isNull();
      problems.add(child, (absent ? "is missing: write " : "must be ") + remedy);
      return null;
    }
    Object policy = record(node, CachePolicy.class, child, inherited);
    return policy == null ? null : new Rule.Action.Cache((CachePolicy) policy);
  }
}
