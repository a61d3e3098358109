package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.json.Documents;
import io.nearcast.control.problem.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list: {@code ?limit=} and {@code ?cursor=}. A cursor is the key of the last item of
 * the page before, encoded so that nobody builds on what it looks like.
 *
 * @param limit the most items
 * @param after the key after which the page begins, or null for the beginning
 */
record Page(int limit, @Nullable String after) {
  private static final int LIMIT_DEFAULT = 100;
  private static final int LIMIT_MAX = 1_000;

  static Page of(Call call) {
    Long limit = call.number("limit", 1, LIMIT_MAX);
    String cursor = call.query("cursor");
    return new Page(
        limit == null ? LIMIT_DEFAULT : limit.intValue(), cursor == null ? null : decode(cursor));
  }

  private static String decode(String cursor) {
    try {
      return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw badCursor();
    }
  }

  private static Refusal badCursor() {
    return Refusal.invalid("/cursor", "is no cursor: take the next of the page before");
  }

  /** The key as a number, or null for the beginning. */
  @Nullable Long afterNumber() {
    if (after == null) {
      return null;
    }
    if (!after.matches("[0-9]{1,18}")) {
      throw badCursor();
    }
    return Long.valueOf(after);
  }

  /**
   * Answers with a page.
   *
   * @param items at most one more than the limit, which then says that there is a next page
   * @param document how an item is shown
   * @param key the key of an item
   */
  <T> void reply(
      Call call, List<T> items, Function<T, JsonNode> document, Function<T, String> key) {
    List<T> shown = items.subList(0, Math.min(limit, items.size()));
    ObjectNode page = Documents.mapper().createObjectNode();
    ArrayNode array = page.putArray("items");
    shown.forEach(item -> array.add(document.apply(item)));
    if (items.size() > limit) {
      page.put("next", encode(key.apply(shown.getLast())));
    } else {
      page.putNull("next");
    }
    call.reply(200, page);
  }

  private static String encode(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }
}
