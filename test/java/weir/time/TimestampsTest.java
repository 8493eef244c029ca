package weir.time;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimestampsTest {

  private static long ms(String instant) {
    return Instant.parse(instant).toEpochMilli();
  }

  /** [Defect] Day could land on noon, week and month were wrong, in the reference. */
  @ParameterizedTest
  @CsvSource({
    "MILLIS,  2024-02-29T13:45:59.123Z",
    "SECONDS, 2024-02-29T13:45:59Z",
    "MINUTES, 2024-02-29T13:45:00Z",
    "HOURS,   2024-02-29T13:00:00Z",
    "DAYS,    2024-02-29T00:00:00Z",
    "WEEKS,   2024-02-26T00:00:00Z",
    "MONTHS,  2024-02-01T00:00:00Z",
  })
  void floorRoundsDownToTheStartOfTheUnit(ChronoUnit unit, String expected) {
    assertEquals(ms(expected), Timestamps.floor(ms("2024-02-29T13:45:59.123Z"), unit));
  }

  @Test
  void floorRoundsDownBeforeTheEpochToo() {
    assertEquals(ms("1969-12-31T00:00:00Z"), Timestamps.floor(-1, ChronoUnit.DAYS));
    assertEquals(-1000, Timestamps.floor(-1, ChronoUnit.SECONDS));
  }

  @ParameterizedTest
  @CsvSource({
    "2024-01-31T10:00:00Z,  1, MONTHS, 2024-02-29T10:00:00Z",
    "2024-03-31T10:00:00Z, -1, MONTHS, 2024-02-29T10:00:00Z",
    "2024-12-31T10:00:00Z,  1, WEEKS,  2025-01-07T10:00:00Z",
    "2024-12-31T23:59:59Z,  1, SECONDS, 2025-01-01T00:00:00Z",
  })
  void addGoesByTheCalendar(String start, long value, ChronoUnit unit, String expected) {
    assertEquals(ms(expected), Timestamps.add(ms(start), value, unit));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "999.9, 0s",
    "-5000, 0s",
    "1000, 1s",
    "60000, 1m",
    "90061000, 1d 1h 1m 1s",
    "3601000, 1h 1s",
    "86400000, 1d"
  })
  void formatLeavesOutUnitsThatAreZero(double ms, String expected) {
    assertEquals(expected, Timestamps.format(ms));
  }
}
