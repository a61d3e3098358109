package io.nearcast.edge.rules;

import io.nearcast.config.model.CachePolicy;
import java.util.ArrayList;
import java.util.List;

/** Heads for the tables of these tests. */
final class Messages {
  /** Sun, 06 Nov 1994 08:49:37 GMT. */
  static final long NOW = 784_111_777_000L;

  private Messages() {}

  /** The date that is so many seconds after {@link #NOW}. */
  static String date(long seconds) {
    return HttpDate.format(NOW + seconds * 1000);
  }

  static RequestHead get(String... fields) {
    return request("GET", fields);
  }

  static RequestHead request(String method, String... fields) {
    return RequestHead.of(method, "http", "www.shop.example", "/a/b?c=d", Fields.of(fields));
  }

  static ResponseHead response(int status, String... fields) {
    return new ResponseHead(status, Fields.of(fields));
  }

  /** Fields of lines such as {@code "Cache-Control: max-age=1"}, parted by {@code |}. */
  static Fields fields(String lines) {
    List<String> pairs = new ArrayList<>();
    for (String line : lines.split("\\|", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        pairs.add(line.substring(0, colon).strip());
        pairs.add(dated(line.substring(colon + 1).strip()));
      }
    }
    return Fields.of(pairs.toArray(String[]::new));
  }

  /** A value such as {@code @-60} is the date of a minute ago. */
  private static String dated(String value) {
    return value.startsWith("@") ? date(Long.parseLong(value.substring(1))) : value;
  }

  /** Freshness of a response to a GET that was asked for and came at {@link #NOW}. */
  static Freshness fresh(ResponseHead response) {
    return fresh(response, CachePolicy.DEFAULT);
  }

  static Freshness fresh(ResponseHead response, CachePolicy policy) {
    return Freshness.of(get(), response, NOW, NOW, policy);
  }

  static Freshness fresh(String responseFields) {
    return fresh(new ResponseHead(200, fields(responseFields)));
  }
}
