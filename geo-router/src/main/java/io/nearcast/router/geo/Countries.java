package io.nearcast.router.geo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where each country is, for databases that know nothing finer: {@code countries.txt}. */
public final class Countries {
  private static final Map<String, Point> CENTROIDS = read();

  private Countries() {}

  /**
   * The middle of a country, weighed by where its people live.
   *
   * @param code ISO 3166-1 alpha-2, in either case
   * @return null for a code that no country has
   */
  public static @Nullable Point centroid(String code) {
    return CENTROIDS.get(code.toUpperCase(Locale.ROOT));
  }

  /** All of them by their code in upper case. */
  static Map<String, Point> all() {
    return CENTROIDS;
  }

  private static Map<String, Point> read() {
    Map<String, Point> centroids = new HashMap<>();
    try (InputStream resource = Countries.class.getResourceAsStream("countries.txt");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(
                    Objects.requireNonNull(resource, "countries.txt is part of the jar"),
                    StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          String[] fields = line.split(" ", 4);
          centroids.put(
              fields[0], new Point(Double.parseDouble(fields[1]), Double.parseDouble(fields[2])));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.copyOf(centroids);
  }
}
