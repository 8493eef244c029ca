package weir.bytes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SourceInputStreamTest {

  private static byte[] utf8(String s) {
    return s.getBytes(UTF_8);
  }

  private static FutureTask<Object> onThread(java.util.concurrent.Callable<Object> body) {
    FutureTask<Object> task = new FutureTask<>(body);
    Thread t = new Thread(task, "reader");
    t.setDaemon(true);
    t.start();
    return task;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1024})
  void readsWhatTheSourceEmitsWhateverItsType(int bufferBytes) throws IOException {
    ByteBuffer window = ByteBuffer.wrap(utf8("..cde..")).position(2).limit(5);
    ScriptedSource source = ScriptedSource.of(utf8("ab"), window, new byte[0], "fé");
    try (InputStream in = new SourceInputStream(source, bufferBytes)) {
      assertEquals("abcdefé", new String(in.readAllBytes(), UTF_8));
      assertEquals(-1, in.read());
    }
    assertEquals(2, window.position(), "the message keeps its position");
  }

  /** [B] A stream that ends by an error is no complete body, though its takers see a plain end. */
  @Test
  void aStreamThatFailsBesideItsMessagesFailsTheReaderBehindThem() throws IOException {
    weir.stream.Stream<Object> source = weir.stream.Stream.buffered(2);
    source.put(utf8("ab"));
    IOException cause = new IOException("cut short");
    source.fail(cause);
    try (InputStream in = new SourceInputStream(source)) {
      assertArrayEquals(utf8("ab"), in.readNBytes(2));
      assertSame(cause, assertThrows(IOException.class, in::read).getCause());
    }
  }

  @Test
  void everyWayOfReadingSeesTheSameBytes() throws IOException {
    byte[] all = new byte[10_000];
    new Random(7).nextBytes(all);
    ScriptedSource source = new ScriptedSource();
    for (int i = 0; i < all.length; i += 17) {
      source.emit(java.util.Arrays.copyOfRange(all, i, Math.min(all.length, i + 17)));
    }
    InputStream in = new SourceInputStream(source.end(), 64);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(in.read());
    out.write(in.readNBytes(1000));
    byte[] part = new byte[50];
    int n = in.read(part, 3, 40);
    assertTrue(n > 0 && n <= 40);
    out.write(part, 3, n);
    assertEquals(0, in.read(part, 0, 0));
    in.transferTo(out);
    assertArrayEquals(all, out.toByteArray());
  }

  /** [D] One InputStream class whose transferTo and readAllBytes avoid per-byte work. */
  @Test
  void transferHandsEveryChunkOnAsItCame() throws IOException {
    byte[] first = new byte[5000];
    byte[] second = new byte[7000];
    List<byte[]> written = new ArrayList<>();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new AssertionError("byte by byte");
          }

          @Override
          public void write(byte[] b, int offset, int length) {
            assertEquals(b.length, length);
            written.add(b);
          }
        };
    try (InputStream in = new SourceInputStream(ScriptedSource.of(first, second))) {
      assertEquals(12_000, in.transferTo(out));
    }
    assertEquals(2, written.size());
    assertSame(first, written.get(0));
    assertSame(second, written.get(1));
  }

  /** [D] The same: all bytes are copied once, into an array of the right size. */
  @Test
  void readingAllCopiesOnce() throws IOException {
    int chunks = 64;
    byte[] chunk = new byte[65_536];
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    ScriptedSource source = new ScriptedSource();
    for (int i = 0; i < chunks; i++) {
      source.emit(chunk);
    }
    try (InputStream in = new SourceInputStream(source.end())) {
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      assertEquals(chunks * chunk.length, in.readAllBytes().length);
      long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
      assertTrue(allocated < 1.2 * chunks * chunk.length, "allocated " + allocated);
    }
  }

  @Test
  void skipPassesOverChunkBoundariesAndStopsAtTheEnd() throws IOException {
    InputStream in = new SourceInputStream(ScriptedSource.of(utf8("abc"), utf8("def")));
    assertEquals(4, in.skip(4));
    assertEquals('e', in.read());
    assertEquals(1, in.skip(100));
    assertEquals(0, in.skip(-1));
  }

  @Test
  void onDemandNothingIsTakenBeforeSomebodyReads() throws IOException {
    ScriptedSource source = ScriptedSource.of(utf8("abc"), utf8("def"));
    InputStream in = new SourceInputStream(source);
    assertEquals(0, source.takes.get());
    assertEquals('a', in.read());
    assertEquals(1, source.takes.get());
    assertEquals(2, in.available());
  }

  @Test
  void takesAheadUpToTheBufferAndOneChunk() throws IOException {
    ScriptedSource source = new ScriptedSource();
    for (int i = 0; i < 1000; i++) {
      source.emit(new byte[1024]);
    }
    InputStream in = new SourceInputStream(source.end(), 4096);
    assertEquals(5, source.takes.get());
    assertEquals(5 * 1024, in.available());
    assertEquals(1024 * 1000, in.readAllBytes().length);
  }

  @Test
  void erroredSourceSurfacesAsIoExceptionBehindTheBytesBefore() throws IOException {
    // [D] an errored source must surface as IOException from read, not as a clean end
    Exception cause = new IllegalStateException("boom");
    ScriptedSource source = new ScriptedSource().emit(utf8("ab")).fail(cause);
    InputStream in = new SourceInputStream(source, 100);
    assertArrayEquals(utf8("ab"), in.readNBytes(2));
    IOException e = assertThrows(IOException.class, in::read);
    assertSame(cause, e.getCause());
    assertThrows(IOException.class, in::readAllBytes);
    assertEquals(1, source.closes.get());
  }

  @Test
  void messageThatIsNoBytesFailsTheReader() {
    InputStream in = new SourceInputStream(ScriptedSource.of(42L));
    assertThrows(IOException.class, in::readAllBytes);
  }

  @Test
  void closeClosesTheSourceOnceAndEndsAWaitingReader() throws Exception {
    // [D] closing must close the source
    ScriptedSource source = new ScriptedSource();
    InputStream in = new SourceInputStream(source);
    FutureTask<Object> reader = onThread(in::read);
    while (source.takes.get() == 0) {
      Thread.onSpinWait();
    }
    in.close();
    in.close();
    assertEquals(-1, reader.get(10, TimeUnit.SECONDS));
    assertEquals(1, source.closes.get());
    assertEquals(-1, in.read());
  }

  @Test
  void waitingReaderHoldsNoLock() throws Exception {
    ScriptedSource source = new ScriptedSource();
    InputStream in = new SourceInputStream(source);
    FutureTask<Object> reader = onThread(in::read);
    while (source.takes.get() == 0) {
      Thread.onSpinWait();
    }
    assertEquals(0, in.available(), "does not wait for the reader");
    source.emit(utf8("x"));
    assertEquals((int) 'x', reader.get(10, TimeUnit.SECONDS));
  }

  @Test
  void interruptedReaderGetsAnIoExceptionAndKeepsItsFlag() throws Exception {
    ScriptedSource source = new ScriptedSource();
    InputStream in = new SourceInputStream(source);
    CountDownLatch done = new CountDownLatch(1);
    boolean[] flag = new boolean[1];
    Thread t =
        new Thread(
            () -> {
              try {
                in.read();
              } catch (IOException e) {
                flag[0] = Thread.currentThread().isInterrupted();
              }
              done.countDown();
            });
    t.start();
    t.interrupt();
    assertTrue(done.await(10, TimeUnit.SECONDS));
    assertTrue(flag[0]);
    source.emit(utf8("y"));
    assertEquals('y', in.read(), "nothing is lost");
  }

  @Test
  void manyThreadsMayEmitWhileOneReads() throws Exception {
    ScriptedSource source = new ScriptedSource();
    InputStream in = new SourceInputStream(source, 100);
    FutureTask<Object> reader = onThread(in::readAllBytes);
    Thread[] emitters = new Thread[4];
    for (int i = 0; i < emitters.length; i++) {
      emitters[i] =
          new Thread(
              () -> {
                for (int k = 0; k < 5_000; k++) {
                  source.emit(new byte[k % 7]);
                }
              });
      emitters[i].start();
    }
    for (Thread t : emitters) {
      t.join();
    }
    source.end();
    int expected = 0;
    for (int k = 0; k < 5_000; k++) {
      expected += k % 7;
    }
    assertEquals(4 * expected, ((byte[]) reader.get(20, TimeUnit.SECONDS)).length);
  }
}
