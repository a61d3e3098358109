package io.nearcast.edge.rules;

import org.jspecify.annotations.Nullable;

/**
 * Dates of HTTP (RFC 9110 section 5.6.7): reads all three forms, strictly but without regard to
 * case (RFC 9111 section 4.2), and writes the preferred one. The year is 1 to 9999, a leap second
 * is read as the second after it, and the day's name is not compared with the date.
 */
public final class HttpDate {
  /** What {@link #parse} returns for text that is no date. */
  public static final long INVALID = Long.MIN_VALUE;

  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
  private static final String DAYS = "MonTueWedThuFriSatSun";
  private static final String[] LONG_DAYS = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
  };
  private static final long MILLIS_PER_DAY = 86_400_000L;

  private HttpDate() {}

  /**
   * Reads a date.
   *
   * @param nowMillis the time, in ms since 1970, that a two-digit year is understood by
   * @return ms since 1970, or {@link #INVALID}
   */
  public static long parse(@Nullable String text, long nowMillis) {
    if (text == null) {
      return INVALID;
    }
    int comma = text.indexOf(',');
    if (comma == 3) {
      return fixdate(text);
    }
    return comma < 0 ? asctime(text) : rfc850(text, comma, nowMillis);
  }

  /** Writes a date as an IMF-fixdate; ms are cut off. */
  public static String format(long millis) {
    long days = Math.floorDiv(millis, MILLIS_PER_DAY);
    int seconds = (int) (Math.floorMod(millis, MILLIS_PER_DAY) / 1000);
    long civil = civil(days);
    int year = (int) (civil >> 16);
    int month = (int) (civil >> 8) & 0xff;
    int dayOfWeek = Math.floorMod(days + 3, 7);
    StringBuilder text = new StringBuilder(29);
    text.append(DAYS, dayOfWeek * 3, dayOfWeek * 3 + 3).append(", ");
    twoDigits(text, (int) civil & 0xff).append(' ');
    text.append(MONTHS, month * 3 - 3, month * 3).append(' ');
    twoDigits(twoDigits(text, year / 100), year % 100).append(' ');
    twoDigits(text, seconds / 3600).append(':');
    twoDigits(text, seconds / 60 % 60).append(':');
    return twoDigits(text, seconds % 60).append(" GMT").toString();
  }

  /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  private static long fixdate(String text) {
    if (text.length() != 29
        || dayName(text, 0) < 0
        || !text.startsWith(", ", 3)
        || text.charAt(7) != ' '
        || text.charAt(11) != ' '
        || text.charAt(16) != ' '
        || !text.regionMatches(true, 25, " GMT", 0, 4)) {
      return INVALID;
    }
    return instant(number(text, 12, 4), month(text, 8), number(text, 5, 2), time(text, 17));
  }

  /** {@code Sunday, 06-Nov-94 08:49:37 GMT}. */
  private static long rfc850(String text, int comma, long nowMillis) {
    int at = comma + 2;
    if (text.length() != at + 22
        || !longDayName(text, comma)
        || text.charAt(comma + 1) != ' '
        || text.charAt(at + 2) != '-'
        || text.charAt(at + 6) != '-'
        || text.charAt(at + 9) != ' '
        || !text.regionMatches(true, at + 18, " GMT", 0, 4)) {
      return INVALID;
    }
    int twoDigits = number(text, at + 7, 2);
    if (twoDigits < 0) {
      return INVALID;
    }
    int day = number(text, at, 2);
    int month = month(text, at + 3);
    int time = time(text, at + 10);
    // The latest date of these digits that is not more than 50 years ahead.
    int latest = year(nowMillis) + 50;
    int year = latest - Math.floorMod(latest - twoDigits, 100);
    long millis = instant(year, month, day, time);
    return millis > in50Years(nowMillis) ? instant(year - 100, month, day, time) : millis;
  }

  private static int year(long millis) {
    return (int) (civil(Math.floorDiv(millis, MILLIS_PER_DAY)) >> 16);
  }

  private static long in50Years(long millis) {
    long civil = civil(Math.floorDiv(millis, MILLIS_PER_DAY));
    int year = (int) (civil >> 16) + 50;
    int month = (int) (civil >> 8) & 0xff;
    int day = Math.min((int) civil & 0xff, daysIn(year, month));
    return epochDay(year, month, day) * MILLIS_PER_DAY + Math.floorMod(millis, MILLIS_PER_DAY);
  }

  /** {@code Sun Nov 6 08:49:37 1994}. */
  private static long asctime(String text) {
    if (text.length() != 24
        || dayName(text, 0) < 0
        || text.charAt(3) != ' '
        || text.charAt(7) != ' '
        || text.charAt(10) != ' '
        || text.charAt(19) != ' ') {
      return INVALID;
    }
    int day = text.charAt(8) == ' ' ? number(text, 9, 1) : number(text, 8, 2);
    return instant(number(text, 20, 4), month(text, 4), day, time(text, 11));
  }

  private static long instant(int year, int month, int day, int secondOfDay) {
    if (year < 1 || month < 1 || day < 1 || day > daysIn(year, month) || secondOfDay < 0) {
      return INVALID;
    }
    return epochDay(year, month, day) * MILLIS_PER_DAY + secondOfDay * 1000L;
  }

  private static int daysIn(int year, int month) {
    return switch (month) {
      case 2 -> (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  /**
   * Days since 1970 of a date of the Gregorian calendar, counted from the first of March of year 0.
   */
  private static long epochDay(int year, int month, int day) {
    long y = month > 2 ? year : year - 1;
    int shifted = (month + 9) % 12;
    return 365 * y + y / 4 - y / 100 + y / 400 + (shifted * 306L + 5) / 10 + day - 1 - 719_468;
  }

  /**
   * The date of a day since 1970, packed as year, month and day; the inverse of {@link #epochDay}.
   */
  private static long civil(long epochDay) {
    long z = epochDay + 719_468;
    long era = Math.floorDiv(z, 146_097);
    long dayOfEra = z - era * 146_097;
    long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    long shifted = (5 * dayOfYear + 2) / 153;
    long day = dayOfYear - (153 * shifted + 2) / 5 + 1;
    long month = shifted < 10 ? shifted + 3 : shifted - 9;
    long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    return year << 16 | month << 8 | day;
  }

  /** The second of the day of {@code hh:mm:ss}, or -1. */
  private static int time(String text, int at) {
    int hour = number(text, at, 2);
    int minute = number(text, at + 3, 2);
    int second = number(text, at + 6, 2);
    if (text.charAt(at + 2) != ':' || text.charAt(at + 5) != ':') {
      return -1;
    }
    boolean valid = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0;
    return valid && second <= 60 ? hour * 3600 + minute * 60 + second : -1;
  }

  private static int number(String text, int at, int digits) {
    int value = 0;
    for (int i = at; i < at + digits; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  private static int month(String text, int at) {
    return indexOfThree(MONTHS, text, at) + 1;
  }

  private static int dayName(String text, int at) {
    return indexOfThree(DAYS, text, at);
  }

  private static int indexOfThree(String names, String text, int at) {
    for (int i = 0; i < names.length(); i += 3) {
      if (names.regionMatches(true, i, text, at, 3)) {
        return i / 3;
      }
    }
    return -1;
  }

  private static boolean longDayName(String text, int length) {
    for (String day : LONG_DAYS) {
      if (day.length() == length && text.regionMatches(true, 0, day, 0, length)) {
        return true;
      }
    }
    return false;
  }

  private static StringBuilder twoDigits(StringBuilder text, int value) {
    return text.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }
}
