package weir.bench.jmh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import weir.bytes.Conversions;

/**
 * Small values through {@code convert}, which looks a conversion up, beside the direct call, which
 * is named {@code …_jdk}. Behind each, the convert may cost 30 ns more.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BytesBench {

  private String text = "sixteen letters!";
  private byte[] array = text.getBytes(StandardCharsets.UTF_8);
  private ByteBuffer buffer = ByteBuffer.wrap(array);

  /** The direct call. */
  @Benchmark
  public Object stringToBytes_jdk() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** {@code (convert "…" bytes)}. */
  @Benchmark
  public Object stringToBytes_weir() throws IOException {
    return Conversions.convert(text, byte[].class);
  }

  /** The direct call. */
  @Benchmark
  public Object bytesToString_jdk() {
    return new String(array, StandardCharsets.UTF_8);
  }

  /** {@code (convert ary String)}. */
  @Benchmark
  public Object bytesToString_weir() throws IOException {
    return Conversions.convert(array, String.class);
  }

  /** The direct call. */
  @Benchmark
  public Object bytesToBuffer_jdk() {
    return ByteBuffer.wrap(array);
  }

  /** {@code (convert ary ByteBuffer)}. */
  @Benchmark
  public Object bytesToBuffer_weir() throws IOException {
    return Conversions.convert(array, ByteBuffer.class);
  }

  /** A copy, which a caller who doesn't know the buffer has to make. */
  @Benchmark
  public Object bufferToBytes_jdk() {
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(buffer.position(), copy);
    return copy;
  }

  /** {@code (convert buf bytes)}: the array itself if it holds nothing else. */
  @Benchmark
  public Object bufferToBytes_weir() throws IOException {
    return Conversions.convert(buffer, byte[].class);
  }

  /** Two calls. */
  @Benchmark
  public Object stringToBuffer_jdk() {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** {@code (convert "…" ByteBuffer)}. */
  @Benchmark
  public Object stringToBuffer_weir() throws IOException {
    return Conversions.convert(text, ByteBuffer.class);
  }

  /** Of the array behind it. */
  @Benchmark
  public Object bufferToString_jdk() {
    return new String(
        buffer.array(),
        buffer.arrayOffset() + buffer.position(),
        buffer.remaining(),
        StandardCharsets.UTF_8);
  }

  /** {@code (convert buf String)}. */
  @Benchmark
  public Object bufferToString_weir() throws IOException {
    return Conversions.convert(buffer, String.class);
  }
}
