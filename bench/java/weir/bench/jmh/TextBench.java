package weir.bench.jmh;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import weir.bytes.Bytes;
import weir.bytes.Conversions;
import weir.stream.Coercions;

/**
 * {@code to-string} of 10 MB of ASCII beside the best that the JDK alone can do, which is named
 * {@code …_jdk}. It may take 1.3 times as long.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TextBench {

  private static final int LENGTH = 10_000_000;
  private static final int CHUNK = 16384;

  private byte[] array;
  private ByteBuffer heap;
  private ByteBuffer direct;
  private List<byte[]> chunks;
  private Path file;

  /** Makes the text in every form. */
  @Setup
  public void setup() throws IOException {
    byte[] once = "Plain letters decode fastest.\n".getBytes(StandardCharsets.UTF_8);
    array = new byte[LENGTH / once.length * once.length];
    for (int i = 0; i < array.length; i += once.length) {
      System.arraycopy(once, 0, array, i, once.length);
    }
    heap = ByteBuffer.wrap(array);
    direct = ByteBuffer.allocateDirect(array.length).put(array).flip();
    chunks = new ArrayList<>();
    for (int i = 0; i < array.length; i += CHUNK) {
      chunks.add(Arrays.copyOfRange(array, i, Math.min(i + CHUNK, array.length)));
    }
    file = Files.createTempFile("weir-bench", ".txt");
    Files.write(file, array);
  }

  /** Deletes the file. */
  @TearDown
  public void delete() throws IOException {
    Files.delete(file);
  }

  /** A byte array. */
  @Benchmark
  public String bytes_jdk() {
    return new String(array, StandardCharsets.UTF_8);
  }

  /** The same. */
  @Benchmark
  public String bytes_weir() throws IOException {
    return Bytes.toString(array);
  }

  /** A ByteBuffer on the heap. */
  @Benchmark
  public String buffer_jdk() {
    return new String(heap.array(), heap.arrayOffset(), heap.limit(), StandardCharsets.UTF_8);
  }

  /** The same. */
  @Benchmark
  public String buffer_weir() throws IOException {
    return Bytes.toString(heap);
  }

  /** A ByteBuffer outside the heap. */
  @Benchmark
  public String direct_jdk() {
    byte[] copy = new byte[direct.remaining()];
    direct.get(direct.position(), copy);
    return new String(copy, StandardCharsets.UTF_8);
  }

  /** The same. */
  @Benchmark
  public String direct_weir() throws IOException {
    return Bytes.toString(direct);
  }

  /** An InputStream in memory. */
  @Benchmark
  public String stream_jdk() throws IOException {
    try (InputStream in = new ByteArrayInputStream(array)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The same. */
  @Benchmark
  public String stream_weir() throws IOException {
    return Bytes.toString(new ByteArrayInputStream(array));
  }

  /** An InputStream from a file. */
  @Benchmark
  public String file_jdk() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The same. */
  @Benchmark
  public String file_weir() throws IOException {
    return Bytes.toString(Files.newInputStream(file));
  }

  /** A FileInputStream. */
  @Benchmark
  public String fileInputStream_jdk() throws IOException {
    try (InputStream in = new java.io.FileInputStream(file.toFile())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The same. */
  @Benchmark
  public String fileInputStream_weir() throws IOException {
    return Bytes.toString(new java.io.FileInputStream(file.toFile()));
  }

  /** A path, which is read in one go. */
  @Benchmark
  public String path_jdk() throws IOException {
    return Files.readString(file);
  }

  /** The same. */
  @Benchmark
  public String path_weir() throws IOException {
    return Bytes.toString(file);
  }

  /** Byte arrays of 16 KiB, one after the other. */
  @Benchmark
  public String chunks_jdk() {
    ByteArrayOutputStream all = new ByteArrayOutputStream(array.length);
    chunks.forEach(all::writeBytes);
    return all.toString(StandardCharsets.UTF_8);
  }

  /** A Manifold source of the same arrays. */
  @Benchmark
  public String chunks_weir() throws IOException {
    return Bytes.toString(Coercions.toSource(chunks));
  }

  /** A lazy CharSequence of an InputStream, made a string. */
  @Benchmark
  public String charSequence_weir() throws IOException {
    return Conversions.convert(new ByteArrayInputStream(array), CharSequence.class).toString();
  }
}
