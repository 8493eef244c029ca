package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class HttpDateTest {

  private static final DateTimeFormatter EXPECTED =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  @Test
  void theExampleOfTheRfcIsWrittenAsThere() {
    assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", HttpDate.format(784_111_777L));
  }

  @Test
  void everyDayOfFiveCenturiesIsWrittenAsJavaTimeWritesIt() {
    for (long day = 0; day < 366 * 500; day++) {
      long second = day * 86_400 + day * 7919 % 86_400;
      assertEquals(EXPECTED.format(Instant.ofEpochSecond(second)), HttpDate.format(second));
    }
  }
}
