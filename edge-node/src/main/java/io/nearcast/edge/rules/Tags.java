package io.nearcast.edge.rules;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The tags of a response, by which it can be purged.
 *
 * @param names the tags, each once, in order
 * @param truncated whether there were more than the bounds allow: then the rest is not in {@code
 *     names}
 */
public record Tags(List<String> names, boolean truncated) {
  /** No tags. */
  public static final Tags NONE = new Tags(List.of(), false);

  /** The most tags of one response. */
  public static final int TAGS_MAX = 1000;

  /** The most characters of all tags of one response. */
  public static final int CHARACTERS_MAX = 16 * 1024;

  /** Copies the list. */
  public Tags {
    names = List.copyOf(names);
  }

  /** The tags of Surrogate-Key (separated by spaces) and Cache-Tag (by commas). */
  public static Tags of(Fields fields) {
    Set<String> names = new LinkedHashSet<>();
    for (String line : fields.all("Surrogate-Key")) {
      addAll(names, line.split("[ \t]+"));
    }
    for (String line : fields.all("Cache-Tag")) {
      addAll(names, line.split(","));
    }
    return names.isEmpty() ? NONE : bounded(names);
  }

  private static void addAll(Set<String> names, String[] parts) {
    for (String part : parts) {
      String name = part.strip();
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
  }

  private static Tags bounded(Set<String> names) {
    List<String> all = List.copyOf(names);
    int characters = 0;
    for (int i = 0; i < all.size(); i++) {
      characters += all.get(i).length();
      if (i == TAGS_MAX || characters > CHARACTERS_MAX) {
        return new Tags(all.subList(0, i), true);
      }
    }
    return new Tags(all, false);
  }
}
