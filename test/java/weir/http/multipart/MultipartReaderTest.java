package weir.http.multipart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartReaderTest {

  /** Hands out at most so many bytes at once. */
  private static InputStream inPieces(byte[] bytes, int max) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int offset, int length) {
        return super.read(into, offset, Math.min(max, length));
      }
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100, 16 * 1024, 1 << 20})
  void contentIsTheSameHoweverItArrives(int piece) throws IOException {
    byte[] random = new byte[50_000];
    new Random(7).nextBytes(random);
    byte[] tricky = "\r\n--\r\n-\r\r\n--almost".getBytes(StandardCharsets.US_ASCII);
    Multipart form =
        Multipart.of(
            List.of(
                Part.file("a", random, "a.bin", null, null, -1),
                Part.field("empty", ""),
                Part.file("b", tricky, "b", "x/y", null, -1)));
    byte[] body = form.open().readAllBytes();
    MultipartReader reader = MultipartReader.of(inPieces(body, piece), form.contentType());
    assertArrayEquals(random, reader.next().content().readAllBytes());
    assertEquals("empty", reader.next().name());
    InboundPart b = reader.next();
    assertEquals("x/y", b.mimeType());
    assertArrayEquals(tricky, b.content().readAllBytes());
    assertNull(reader.next());
    assertNull(reader.next());
  }

  @Test
  void whatIsUnreadOfAPartIsSkippedAndGone() throws IOException {
    Multipart form = Multipart.of(List.of(Part.field("a", "first"), Part.field("b", "second")));
    MultipartReader reader = MultipartReader.of(form.open(), form.contentType());
    InputStream first = reader.next().content();
    assertEquals('f', first.read());
    InboundPart second = reader.next();
    assertEquals(-1, first.read());
    assertEquals("second", new String(second.content().readAllBytes(), StandardCharsets.UTF_8));
  }
}
