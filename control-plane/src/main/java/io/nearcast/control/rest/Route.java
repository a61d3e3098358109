package io.nearcast.control.rest;

import io.nearcast.control.auth.Permission;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One method on one path.
 *
 * @param method in capitals
 * @param path with parameters in braces, as in OpenAPI
 * @param permission what the caller's token must allow, or null where no token is needed
 * @param action what answers
 */
record Route(String method, String path, @Nullable Permission permission, Action action) {

  /** Whether a request's path is one of this route. */
  boolean hasPath(String requestPath) {
    List<String> pattern = Arrays.asList(path.split("/", -1));
    List<String> actual = Arrays.asList(requestPath.split("/", -1));
    if (pattern.size() != actual.size()) {
      return false;
    }
    for (int i = 0; i < pattern.size(); i++) {
      if (!matches(pattern.get(i), actual.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(String pattern, String actual) {
    return pattern.startsWith("{") ? !actual.isEmpty() : pattern.equals(actual);
  }
}
