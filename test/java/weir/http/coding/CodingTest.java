package weir.http.coding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which coding is chosen, and that what one side encodes the other decodes. */
class CodingTest {

  private static final long NO_LIMIT = Long.MAX_VALUE;

  // ---- choosing: [B] aleph's HTTP/1 and HTTP/2 choose differently; here one rule holds

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "gzip | gzip",
        "GZIP | gzip",
        "x-gzip | gzip",
        "deflate | deflate",
        "br, gzip | br",
        "gzip, deflate, br, zstd | br",
        "gzip, zstd | zstd",
        "gzip;q=0.5, deflate;q=0.8 | deflate",
        "gzip; q = 0.5 , deflate ; Q=0.5 | gzip",
        "gzip;q=0 | -",
        "* | br",
        "*;q=0 | -",
        "br;q=0, * | zstd",
        "gzip;q=0.2, *;q=0.1 | gzip",
        "identity | -",
        "identity, gzip | gzip",
        "identity;q=1, gzip;q=0.5 | -",
        "identity;q=0 | -",
        "compress | -",
        "gzip;q=high | -",
        "gzip;q=2 | -",
        "gzip;level=1 | gzip",
        "'' | -",
        ",, | -"
      })
  void theCodingIsTheOneTheClientLikesBest(String accepted, String chosen) {
    assertEquals(chosen, Compression.standard().choose(List.of(accepted)));
  }

  @Test
  void severalFieldsAreOneList() {
    assertEquals("br", Compression.standard().choose(List.of("gzip;q=0.9", "br")));
    assertNull(Compression.standard().choose(List.of()));
  }

  @Test
  void onlyTheListedCodingsAreUsedAndSnappyOnlyThen() {
    assertEquals(List.of("br", "zstd", "gzip", "deflate"), Compression.standard().names());
    Compression some =
        Compression.of(
            List.of(StandardCompressionOptions.gzip(), StandardCompressionOptions.snappy()));
    assertEquals(List.of("snappy", "gzip"), some.names());
    assertEquals("gzip", some.choose(List.of("br, gzip")));
    assertThrows(IllegalArgumentException.class, () -> Compression.of(List.of()));
    assertThrows(IllegalArgumentException.class, () -> Compression.withLevel(0));
    assertThrows(IllegalArgumentException.class, () -> Compression.withLevel(10));
  }

  @ParameterizedTest
  @CsvSource({
    "text/html; charset=UTF-8, true",
    "application/json, true",
    "application/octet-stream, true",
    "image/svg+xml, true",
    "text/event-stream, true",
    "font/ttf, true",
    "nonsense, true",
    "image/png, false",
    "Image/JPEG, false",
    "video/mp4, false",
    "audio/ogg, false",
    "font/woff2, false",
    "application/zip, false",
    "application/epub+zip, false",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document, false"
  })
  void typesThatAreCompressedAlreadyAreKnown(String type, boolean compressible) {
    assertEquals(compressible, MediaTypes.isCompressible(type));
    assertTrue(MediaTypes.isCompressible(null));
  }

  // ---- both ways

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void whatIsEncodedInPiecesIsDecodedFromOthers(String coding) throws IOException {
    Random random = new Random(coding.hashCode());
    for (int i = 0; i < 20; i++) {
      byte[] plain = text(random, random.nextInt(60_000));
      byte[] coded = encode(coding, plain, 1 + random.nextInt(9000));
      InputStream in =
          ContentDecoder.decode(
              new Dripping(coded, 1 + random.nextInt(1000)), List.of(coding), NO_LIMIT);
      assertArrayEquals(plain, in.readAllBytes());
      assertEquals(-1, in.read());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void everyPieceCanBeReadBeforeTheNextIsWritten(String coding) throws IOException {
    Encoder encoder = Compression.standard().encoder(coding);
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    try {
      for (int i = 1; i <= 5; i++) {
        append(encoder.encode(Unpooled.copiedBuffer("message " + i + "\n", UTF_8)), sent);
        InputStream in =
            ContentDecoder.decode(new Dripping(sent.toByteArray(), 100), List.of(coding), NO_LIMIT);
        assertEquals("message " + i, lastLine(new String(in.readNBytes(i * 10), UTF_8)));
        in.close();
      }
    } finally {
      encoder.release();
    }
  }

  private static String lastLine(String s) {
    String[] lines = s.split("\n");
    return lines[lines.length - 1];
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void aBodyCutShortIsAFailure(String coding) throws IOException {
    byte[] coded = encode(coding, text(new Random(1), 50_000), 4096);
    byte[] half = Arrays.copyOf(coded, coded.length / 2);
    InputStream in =
        ContentDecoder.decode(new ByteArrayInputStream(half), List.of(coding), NO_LIMIT);
    assertThrows(IOException.class, in::readAllBytes);
    in.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void whatIsNotEncodedIsAFailure(String coding) throws IOException {
    byte[] plain = "this was never encoded, whatever they say".getBytes(UTF_8);
    InputStream in =
        ContentDecoder.decode(new ByteArrayInputStream(plain), List.of(coding), NO_LIMIT);
    assertThrows(IOException.class, in::readAllBytes);
    in.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void nothingAtAllIsAnEmptyBody(String coding) throws IOException {
    InputStream in =
        ContentDecoder.decode(InputStream.nullInputStream(), List.of(coding), NO_LIMIT);
    assertEquals(0, in.readAllBytes().length);
    assertArrayEquals(new byte[0], decode(coding, encode(coding, new byte[0], 1)));
  }

  /** A bomb: a thousand times as large as what came. */
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void theLimitCountsPlainBytes(String coding) throws IOException {
    byte[] bomb = encode(coding, new byte[10_000_000], 65_536);
    assertTrue(bomb.length < 100_000);
    try (InputStream in =
        ContentDecoder.decode(new ByteArrayInputStream(bomb), List.of(coding), 1_000_000)) {
      assertEquals(900_000, in.readNBytes(900_000).length);
      IOException e = assertThrows(IOException.class, in::readAllBytes);
      assertTrue(e.getMessage().contains("more than 1000000 bytes"), e.getMessage());
    }
  }

  @Test
  void codingsAreUndoneFromTheLastToTheFirst() throws IOException {
    byte[] twice = encode("br", encode("gzip", text(new Random(2), 5000), 5000), 5000);
    InputStream in =
        ContentDecoder.decode(
            new ByteArrayInputStream(twice), List.of("gzip, identity", "br"), NO_LIMIT);
    assertArrayEquals(text(new Random(2), 5000), in.readAllBytes());
    assertTrue(ContentDecoder.canDecode(List.of("GZip", "BR")));
    assertFalse(ContentDecoder.canDecode(List.of("gzip, secret")));
    assertFalse(ContentDecoder.canDecode(List.of("identity")));
    assertFalse(ContentDecoder.canDecode(List.of()));
  }

  // ---- what other programs send

  @Test
  void severalMembersOfGzipAreOneBody() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String each : List.of("one ", "two ", "", "three")) {
      try (OutputStream out = new GZIPOutputStream(all)) {
        out.write(each.getBytes(UTF_8));
      }
    }
    for (int step : new int[] {1, 7, 1000}) {
      InputStream in =
          ContentDecoder.decode(new Dripping(all.toByteArray(), step), List.of("x-gzip"), NO_LIMIT);
      assertEquals("one two three", new String(in.readAllBytes(), UTF_8));
    }
    all.write(new byte[20]); // padding, as from a tape
    assertEquals("one two three", new String(decode("gzip", all.toByteArray()), UTF_8));
  }

  @Test
  void everyFieldOfAGzipHeaderIsSkipped() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3});
    all.writeBytes(new byte[] {3, 0, 'x', 'y', 'z'});
    all.writeBytes("name\0comment\0".getBytes(UTF_8));
    all.writeBytes(new byte[] {0, 0});
    byte[] usual = encode("gzip", "text".getBytes(UTF_8), 10);
    all.write(usual, 10, usual.length - 10);
    assertEquals("text", new String(decode("gzip", all.toByteArray()), UTF_8));
  }

  @Test
  void aWrongChecksumIsAFailure() throws IOException {
    byte[] coded = encode("gzip", "text".getBytes(UTF_8), 10);
    byte[] cut = Arrays.copyOf(coded, coded.length - 3);
    coded[coded.length - 6] ^= 1;
    assertThrows(ZipException.class, () -> decode("gzip", coded));
    assertThrows(EOFException.class, () -> decode("gzip", cut));
  }

  /** RFC 9659: 8 MiB; the library itself would take 128. */
  @Test
  void aZstdFrameThatNeedsMuchMemoryIsRefused() throws IOException {
    for (int windowLog : new int[] {23, 24}) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      try (ZstdOutputStream out = new ZstdOutputStream(all)) {
        out.setLong(windowLog);
        out.write("text".getBytes(UTF_8));
      }
      if (windowLog == 23) {
        assertEquals("text", new String(decode("zstd", all.toByteArray()), UTF_8));
      } else {
        IOException e = assertThrows(IOException.class, () -> decode("zstd", all.toByteArray()));
        assertTrue(e.getMessage().contains("window"), e.getMessage());
      }
    }
    byte[] large = text(new Random(4), 100_000);
    assertArrayEquals(large, decode("zstd", com.github.luben.zstd.Zstd.compress(large)));
  }

  @Test
  void deflateMayBeRaw() throws IOException {
    byte[] plain = text(new Random(3), 3000);
    for (boolean raw : new boolean[] {true, false}) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      try (OutputStream out = new DeflaterOutputStream(all, new Deflater(6, raw))) {
        out.write(plain);
      }
      InputStream in =
          ContentDecoder.decode(new Dripping(all.toByteArray(), 1), List.of("deflate"), NO_LIMIT);
      assertArrayEquals(plain, in.readAllBytes());
    }
  }

  @Test
  void closingClosesTheBodyWithoutReadingIt() throws IOException {
    Dripping body = new Dripping(encode("gzip", new byte[1000], 1000), 1);
    InputStream in = ContentDecoder.decode(body, List.of("gzip"), NO_LIMIT);
    in.close();
    assertTrue(body.closed);
    assertEquals(0, body.at);
    assertEquals(-1, in.read());
  }

  // ---- helpers

  private static byte[] text(Random random, int length) {
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 'a');
    }
    return text;
  }

  private static byte[] encode(String coding, byte[] plain, int piece) throws IOException {
    Encoder encoder = Compression.standard().encoder(coding);
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    try {
      for (int at = 0; at < plain.length; at += piece) {
        append(
            encoder.encode(Unpooled.copiedBuffer(plain, at, Math.min(piece, plain.length - at))),
            coded);
      }
      append(encoder.finish(), coded);
      return coded.toByteArray();
    } finally {
      encoder.release();
    }
  }

  private static void append(ByteBuf piece, ByteArrayOutputStream to) throws IOException {
    to.write(ByteBufUtil.getBytes(piece));
    piece.release();
  }

  private static byte[] decode(String coding, byte[] coded) throws IOException {
    try (InputStream in =
        ContentDecoder.decode(new ByteArrayInputStream(coded), List.of(coding), NO_LIMIT)) {
      return in.readAllBytes();
    }
  }

  /** Hands out a few bytes at a time, as a network does. */
  private static final class Dripping extends InputStream {
    private final byte[] bytes;
    private final int step;
    private int at;
    private boolean closed;

    Dripping(byte[] bytes, int step) {
      this.bytes = bytes;
      this.step = step;
    }

    @Override
    public int read() {
      return at == bytes.length ? -1 : bytes[at++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (at == bytes.length) {
        return -1;
      }
      int n = Math.min(Math.min(step, length), bytes.length - at);
      System.arraycopy(bytes, at, target, offset, n);
      at += n;
      return n;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
