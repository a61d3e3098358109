package io.nearcast.edge.rules;

import io.nearcast.config.model.Coding;
import io.nearcast.edge.rules.Preferences.Preference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which content codings a request takes, by its Accept-Encoding (RFC 9110 section 12.5.3).
 *
 * @param br the weight of {@code br} in thousandths, 0 where it is not to be used
 * @param zstd that of {@code zstd}
 * @param gzip that of {@code gzip}
 */
public record AcceptedCodings(int br, int zstd, int gzip) {
  /** Only what is not coded. */
  public static final AcceptedCodings NONE = new AcceptedCodings(0, 0, 0);

  private static final int NOT_LISTED = -1;

  /** What an Accept-Encoding field says; one that cannot be read says nothing. */
  public static AcceptedCodings parse(String value) {
    List<Preference> preferences = Preferences.parse(value);
    if (preferences == null) {
      return NONE;
    }
    // "If the representation has no content coding, then it is acceptable by default unless
    // specifically excluded": not listed, it is the last resort, so that its weight is the least.
    int identity = Math.max(0, weight(preferences, "identity"));
    int br = usable(weight(preferences, Coding.BR.token()), identity);
    int zstd = usable(weight(preferences, Coding.ZSTD.token()), identity);
    // "A recipient SHOULD consider x-gzip to be equivalent to gzip" (section 8.4.1.3).
    int gzip = named(preferences, Coding.GZIP.token());
    gzip = gzip == NOT_LISTED ? weight(preferences, "x-gzip") : gzip;
    AcceptedCodings read = new AcceptedCodings(br, zstd, usable(gzip, identity));
    return read.equals(NONE) ? NONE : read;
  }

  /** A coding that the client likes less than none is not used for it. */
  private static int usable(int weight, int identity) {
    return weight > 0 && weight >= identity ? weight : 0;
  }

  /** "The asterisk matches any available content coding not explicitly listed in the field". */
  private static int weight(List<Preference> preferences, String name) {
    int weight = named(preferences, name);
    return weight == NOT_LISTED ? named(preferences, "*") : weight;
  }

  private static int named(List<Preference> preferences, String name) {
    for (Preference preference : preferences) {
      if (preference.name().equals(name)) {
        return preference.weight();
      }
    }
    return NOT_LISTED;
  }

  /** The weight of a coding in thousandths, 0 where it is not to be used. */
  public int weight(Coding coding) {
    return switch (coding) {
      case BR -> br;
      case ZSTD -> zstd;
      case GZIP -> gzip;
    };
  }

  /**
   * Of some codings the one that the client likes best, and of equal ones the first.
   *
   * @return null where it takes none
   */
  public @Nullable Coding best(List<Coding> offered) {
    Coding best = null;
    for (int i = 0; i < offered.size(); i++) {
      Coding coding = offered.get(i);
      if (weight(coding) > (best == null ? 0 : weight(best))) {
        best = coding;
      }
    }
    return best;
  }
}
