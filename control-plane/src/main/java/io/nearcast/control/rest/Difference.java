package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.json.Documents;
import java.util.Iterator;
import java.util.TreeSet;

/** What differs between two documents, field by field. */
final class Difference {
  private Difference() {}

  /**
   * Compares two documents.
   *
   * @return objects of {@code path}, a JSON pointer, {@code from} and {@code to}; the one of the
   *     two that is absent is left out
   */
  static ArrayNode between(Object from, Object to) {
    ArrayNode changes = Documents.mapper().createArrayNode();
    compare("", Documents.mapper().valueToTree(from), Documents.mapper().valueToTree(to), changes);
    return changes;
  }

  private static void compare(String path, JsonNode from, JsonNode to, ArrayNode changes) {
    if (from.equals(to)) {
      return;
    }
    if (from.isObject() && to.isObject()) {
      TreeSet<String> names = new TreeSet<>();
      for (JsonNode node : new JsonNode[] {from, to}) {
        for (Iterator<String> fields = node.fieldNames(); fields.hasNext(); ) {
          names.add(fields.next());
        }
      }
      names.forEach(
          name -> compare(path + "/" + escape(name), from.path(name), to.path(name), changes));
    } else if (from.isArray() && to.isArray()) {
      for (int i = 0; i < Math.max(from.size(), to.size()); i++) {
        compare(path + "/" + i, from.path(i), to.path(i), changes);
      }
    } else {
      ObjectNode change = changes.addObject().put("path", path);
      if (!from.isMissingNode()) {
        change.set("from", from);
      }
      if (!to.isMissingNode()) {
        change.set("to", to);
      }
    }
  }

  /** RFC 6901 section 3. */
  private static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
