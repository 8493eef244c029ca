package weir.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import clojure.lang.PersistentList;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import weir.bytes.Bytes;
import weir.bytes.Conversions;
import weir.bytes.Options;
import weir.bytes.SourceInputStream;
import weir.bytes.Type;
import weir.stream.Stream;

/** [D] the buffer type is a byte source, with release semantics. */
class ByteBufConversionsTest {

  @BeforeAll
  static void install() {
    ByteBufConversions.install();
  }

  /** A slice of a larger buffer whose reader has moved. */
  private static ByteBuf window(String text) {
    return Unpooled.copiedBuffer("..#" + text, UTF_8)
        .skipBytes(2)
        .readSlice(1 + text.length())
        .skipBytes(1);
  }

  @Test
  void whatIsReadableIsCopiedAndTheBufferReleased() throws IOException {
    for (Class<?> target : List.of(byte[].class, ByteBuffer.class, String.class)) {
      ByteBuf b = window("abc");
      assertEquals("abc", Bytes.toString(Conversions.convert(b, target)));
      assertEquals(0, b.refCnt(), target.getSimpleName());
    }
    ByteBuf b = window("abc");
    assertEquals("abc", Bytes.toString(b));
    assertEquals(0, b.refCnt());
  }

  @Test
  void aStreamOverABufferLeavesNothingToRelease() throws IOException {
    ByteBuf b = window("abc");
    try (InputStream in = Bytes.toInputStream(b)) {
      assertArrayEquals("abc".getBytes(UTF_8), in.readAllBytes());
    }
    assertEquals(0, b.refCnt());
  }

  @Test
  void messagesOfASourceAreReleasedOneByOne() throws IOException {
    ByteBuf a = window("ab");
    ByteBuf b = window("cd");
    Stream<ByteBuf> source = Stream.buffered(2);
    source.put(a);
    source.put(b);
    source.close();
    try (InputStream in = new SourceInputStream(source)) {
      assertArrayEquals("a".getBytes(UTF_8), in.readNBytes(1));
      assertEquals(0, a.refCnt());
      assertEquals(1, b.refCnt(), "not asked for yet");
      assertArrayEquals("bcd".getBytes(UTF_8), in.readAllBytes());
      assertEquals(0, b.refCnt());
    }
  }

  @Test
  void aSequenceOfBuffersIsReleased() throws IOException {
    List<ByteBuf> all = List.of(window("a"), window("b"));
    assertEquals("ab", Bytes.toString(PersistentList.create(all)));
    all.forEach(b -> assertEquals(0, b.refCnt()));
  }

  @Test
  void aFailedConversionReleasesToo() {
    ByteBuf b = window("abc");
    Options options = Options.of(java.util.Map.of(clojure.lang.Keyword.intern("encoding"), "?"));
    assertThrows(IllegalArgumentException.class, () -> Bytes.toString(b, options));
    assertEquals(0, b.refCnt());
  }

  @Test
  void aBufferIsAByteSourceOfItsOwn() throws IOException {
    ByteBuf b = window("abc");
    assertSame(b, Conversions.convert(b, Type.of(weir.bytes.ByteSource.KIND)));
    assertArrayEquals(
        "ab".getBytes(UTF_8), (byte[]) weir.bytes.ByteSource.take(b, 2, Options.NONE));
    assertEquals("c", Bytes.toString(b));
    assertEquals(0, b.refCnt());
  }

  @Test
  void aByteBufferIsWrappedAndKeepsItsPosition() throws IOException {
    ByteBuffer wide = ByteBuffer.wrap("..abc.".getBytes(UTF_8)).position(2).limit(5);
    ByteBuf b = (ByteBuf) Conversions.convert(wide, ByteBuf.class);
    assertEquals("abc", b.toString(UTF_8));
    b.readByte();
    assertEquals(2, wide.position());
    b.release();
  }
}
