package weir.http.server;

/**
 * Writes dates as HTTP wants them: {@code Sun, 06 Nov 1994 08:49:37 GMT} (RFC 9110 §5.6.7).
 *
 * <p>By arithmetic, because Java's calendars take 50 ms to load, and a server should start quickly.
 */
final class HttpDate {

  private static final String DAYS = "ThuFriSatSunMonTueWed"; // 1970 began on a Thursday
  private static final String MONTHS = "MarAprMayJunJulAugSepOctNovDecJanFeb";
  private static final int SECONDS_PER_DAY = 86_400;

  private HttpDate() {}

  /**
   * Returns the text.
   *
   * @param epochSecond seconds since 1970, not negative, before the year 10000
   */
  static String format(long epochSecond) {
    int day = (int) (epochSecond / SECONDS_PER_DAY);
    int second = (int) (epochSecond % SECONDS_PER_DAY);
    // Years that begin on March 1st have their leap day at the end; eras have 400 of them.
    int shifted = day + 719_468; // days since March 1st of the year 0
    int era = shifted / 146_097;
    int dayOfEra = shifted % 146_097;
    int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int month = (5 * dayOfYear + 2) / 153; // 0 is March
    int dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1;
    int year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0);

    StringBuilder text = new StringBuilder(29);
    text.append(DAYS, day % 7 * 3, day % 7 * 3 + 3).append(", ");
    twoDigits(text, dayOfMonth).append(' ');
    text.append(MONTHS, month * 3, month * 3 + 3).append(' ').append(year).append(' ');
    twoDigits(text, second / 3600).append(':');
    twoDigits(text, second / 60 % 60).append(':');
    return twoDigits(text, second % 60).append(" GMT").toString();
  }

  private static StringBuilder twoDigits(StringBuilder text, int n) {
    return text.append((char) ('0' + n / 10)).append((char) ('0' + n % 10));
  }
}
