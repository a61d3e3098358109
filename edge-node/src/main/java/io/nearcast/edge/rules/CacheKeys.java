package io.nearcast.edge.rules;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.NormalTarget;
import io.nearcast.config.model.QueryPolicy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the cache key of a request (RFC 9111 section 2). */
public final class CacheKeys {
  private CacheKeys() {}

  /**
   * The key of a request.
   *
   * @param service the name of the service
   * @param policy what distinguishes its responses
   * @param domain the service's domain that the request is for, in lower case
   */
  public static CacheKey of(String service, KeyPolicy policy, String domain, RequestHead request) {
    return new CacheKey(
        service,
        policy.shareDomains() ? "" : domain,
        targetOf(policy.query(), request.target()),
        plain(policy, request) ? "" : extra(policy, request));
  }

  /**
   * The key of a URL, where no more of a request counts or is known.
   *
   * @param service the name of the service
   * @param policy what distinguishes its responses
   * @param host in lower case, without port
   * @param target path and query, normalised; where the whole query counts it is used as it is
   */
  public static CacheKey of(String service, KeyPolicy policy, String host, String target) {
    return new CacheKey(
        service, policy.shareDomains() ? "" : host, targetOf(policy.query(), target), "");
  }

  private static boolean plain(KeyPolicy policy, RequestHead request) {
    return !policy.scheme()
        && (!policy.port() || request.authority().length() == request.host().length())
        && policy.headers().isEmpty()
        && policy.cookies().isEmpty();
  }

  /** Names and values in the order of the policy; what cannot be in a value stands between them. */
  private static String extra(KeyPolicy policy, RequestHead request) {
    StringBuilder extra = new StringBuilder();
    if (policy.scheme()) {
      append(extra, "scheme", request.scheme());
    }
    String port = policy.port() ? request.portSuffix() : "";
    if (!port.isEmpty()) {
      append(extra, "port", port.substring(1));
    }
    for (String header : policy.headers()) {
      append(
          extra,
          header,
          VaryRule.normal(header, request.fields().combined(header), policy.exactLanguage()));
    }
    for (String cookie : policy.cookies()) {
      append(extra, "cookie:" + cookie, cookie(request.fields(), cookie));
    }
    return extra.toString();
  }

  private static void append(StringBuilder extra, String name, @Nullable String value) {
    if (value != null) {
      extra.append(extra.isEmpty() ? "" : "\n").append(name).append('=').append(value);
    }
  }

  /** The values of all cookies of a name in order, for origins differ in which counts; or null. */
  private static @Nullable String cookie(Fields fields, String name) {
    String values = null;
    for (String line : fields.all("Cookie")) {
      for (String pair : line.split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
          String value = pair.substring(equals + 1).strip();
          values = values == null ? value : values + "; " + value;
        }
      }
    }
    return values;
  }

  /** Path and the part of the query that counts; without {@code ?} where nothing of it does. */
  static String targetOf(QueryPolicy policy, String target) {
    int question = target.indexOf('?');
    if (question < 0 || policy.whole()) {
      return target;
    }
    List<String> parameters = new ArrayList<>();
    for (int from = question + 1; from <= target.length(); ) {
      int ampersand = target.indexOf('&', from);
      int end = ampersand < 0 ? target.length() : ampersand;
      String parameter = target.substring(from, end);
      if (!parameter.isEmpty() && counts(policy, parameter)) {
        parameters.add(parameter);
      }
      from = end + 1;
    }
    if (policy.sort()) {
      // By name only, and stable: the order of values under one name may mean something.
      parameters.sort((a, b) -> nameOf(a, 0, a.length()).compareTo(nameOf(b, 0, b.length())));
    }
    String path = target.substring(0, question);
    return parameters.isEmpty() ? path : path + '?' + String.join("&", parameters);
  }

  private static String nameOf(String text, int from, int end) {
    int equals = text.indexOf('=', from);
    return text.substring(from, equals < 0 || equals > end ? end : equals);
  }

  /**
   * Whether a parameter counts. One with a semicolon always does, for some origins see two in it;
   * names are compared as origins decode them. Else a parameter that does not count could carry one
   * that does.
   */
  private static boolean counts(QueryPolicy policy, String parameter) {
    if (parameter.indexOf(';') >= 0) {
      return true;
    }
    String sent = nameOf(parameter, 0, parameter.length());
    String name = NormalTarget.percentDecoded(sent.replace('+', ' '));
    List<String> include = policy.include();
    List<String> patterns = include == null ? policy.exclude() : include;
    boolean named = matchesAny(patterns, sent) || matchesAny(patterns, name);
    return named == (include != null);
  }

  private static boolean matchesAny(List<String> patterns, String name) {
    for (String pattern : patterns) {
      int last = pattern.length() - 1;
      boolean prefix = last >= 0 && pattern.charAt(last) == '*';
      if (prefix ? name.regionMatches(0, pattern, 0, last) : name.equals(pattern)) {
        return true;
      }
    }
    return false;
  }
}
