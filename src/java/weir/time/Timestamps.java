package weir.time;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/** Calendar arithmetic on milliseconds since 1970-01-01T00:00Z, always in UTC. */
public final class Timestamps {

  private static final long MS_PER_SECOND = 1000;
  private static final long SECONDS_PER_MINUTE = 60;
  private static final long SECONDS_PER_HOUR = 3600;
  private static final long SECONDS_PER_DAY = 86_400;

  private Timestamps() {}

  /**
   * Rounds down to the start of a unit: a day starts at midnight, a week on Monday, a month on its
   * first day.
   *
   * @param timestamp milliseconds since the epoch, may be negative
   * @param unit milliseconds to months
   */
  public static long floor(long timestamp, ChronoUnit unit) {
    ZonedDateTime time = utc(timestamp);
    ZonedDateTime start =
        switch (unit) {
          case WEEKS ->
              time.truncatedTo(ChronoUnit.DAYS)
                  .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
          case MONTHS -> time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1);
          default -> time.truncatedTo(unit);
        };
    return start.toInstant().toEpochMilli();
  }

  /**
   * Adds to a timestamp by the calendar: a month after January 31 is the last day of February.
   *
   * @param timestamp milliseconds since the epoch, may be negative
   * @param value how many units, may be negative
   * @param unit milliseconds to months
   */
  public static long add(long timestamp, long value, ChronoUnit unit) {
    return utc(timestamp).plus(value, unit).toInstant().toEpochMilli();
  }

  /**
   * A duration as people write it, such as {@code 1d 1h 1m 1s}. Units that are zero are left out;
   * what is less than a second is {@code 0s}.
   *
   * @param ms milliseconds
   */
  public static String format(double ms) {
    long seconds = (long) (ms / MS_PER_SECOND);
    if (seconds <= 0) {
      return "0s";
    }
    StringBuilder out = new StringBuilder();
    append(out, seconds / SECONDS_PER_DAY, "d");
    append(out, seconds % SECONDS_PER_DAY / SECONDS_PER_HOUR, "h");
    append(out, seconds % SECONDS_PER_HOUR / SECONDS_PER_MINUTE, "m");
    append(out, seconds % SECONDS_PER_MINUTE, "s");
    return out.toString();
  }

  private static void append(StringBuilder out, long count, String unit) {
    if (count > 0) {
      out.append(out.length() == 0 ? "" : " ").append(count).append(unit);
    }
  }

  private static ZonedDateTime utc(long timestamp) {
    return Instant.ofEpochMilli(timestamp).atZone(ZoneOffset.UTC);
  }
}
