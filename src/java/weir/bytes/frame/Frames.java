package weir.bytes.frame;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import weir.bytes.Bytes;
import weir.stream.Stream;
import weir.stream.Streams;

/** Frames over streams: decoders for each kind, and a source of frames over one of bytes. */
public final class Frames {

  /** The longest frame unless told otherwise: 64 KiB. */
  public static final int DEFAULT_MAX_LENGTH = 64 * 1024;

  private static final byte[] NEWLINE = "\n".getBytes(StandardCharsets.US_ASCII);

  private Frames() {}

  /** Returns a decoder of lines, without their ends, which are LF or CRLF. */
  public static FrameDecoder lines(int maxLength) {
    return new DelimiterDecoder(NEWLINE, positive(maxLength), true);
  }

  /** Returns a decoder of frames that end with a delimiter, without that. */
  public static FrameDecoder delimited(byte[] delimiter, int maxLength) {
    if (delimiter.length == 0) {
      throw new IllegalArgumentException("delimiter: empty (expected: one byte or more)");
    }
    return new DelimiterDecoder(delimiter.clone(), positive(maxLength), false);
  }

  /** Returns a decoder of frames behind their length in 1 to 4 bytes, big-endian. */
  public static FrameDecoder lengthPrefixed(int lengthBytes, int maxLength) {
    checkLengthBytes(lengthBytes);
    return new LengthDecoder(lengthBytes, positive(maxLength));
  }

  /** Returns a frame behind its length. */
  public static byte[] withLength(byte[] frame, int lengthBytes) {
    checkLengthBytes(lengthBytes);
    if (lengthBytes < 4 && frame.length >>> 8 * lengthBytes != 0) {
      throw new IllegalArgumentException(
          "frame: " + frame.length + " bytes (expected: less than 2^" + 8 * lengthBytes + ")");
    }
    byte[] out = new byte[lengthBytes + frame.length];
    for (int i = 0; i < lengthBytes; i++) {
      out[i] = (byte) (frame.length >>> 8 * (lengthBytes - 1 - i));
    }
    System.arraycopy(frame, 0, out, lengthBytes, frame.length);
    return out;
  }

  /**
   * Returns the frames of a source of bytes, each taken only when there is room for it. Bytes that
   * are no frames end the stream with a {@link FrameException}, which {@link Streams#failure} tells, and
   * close the source, as closing the stream does.
   *
   * @param form what becomes of each frame
   */
  public static Stream<Object> decode(
      Object source, FrameDecoder decoder, Function<byte[], ?> form) {
    Stream<Object> out = Stream.<Object>builder().executor(null).build();
    out.onClosed(() -> close(source));
    AtomicBoolean failed = new AtomicBoolean();
    Streams.consumeAsync(source, piece -> forward(piece, decoder, form, out, failed))
        .thenRun(
            () -> {
              if (!failed.get()) {
                end(decoder, form, out);
              }
            });
    return out;
  }

  private static Object forward(
      Object piece,
      FrameDecoder decoder,
      Function<byte[], ?> form,
      Stream<Object> out,
      AtomicBoolean failed) {
    List<Object> frames = new ArrayList<>();
    try {
      decoder.feed(Bytes.toByteArray(piece), frame -> frames.add(form.apply(frame)));
    } catch (Exception e) {
      failed.set(true);
      Streams.putAll(out, frames).thenRun(() -> out.fail(e));
      return false;
    }
    return frames.isEmpty() ? Boolean.TRUE : Streams.putAll(out, frames);
  }

  private static void end(FrameDecoder decoder, Function<byte[], ?> form, Stream<Object> out) {
    if (Boolean.TRUE.equals(out.isClosed())) {
      return;
    }
    try {
      byte[] last = decoder.end();
      if (last != null) {
        out.put(form.apply(last));
      }
      out.close();
    } catch (FrameException e) {
      out.fail(e);
    }
  }

  private static void close(Object source) {
    if (source instanceof manifold.stream.core.IEventStream stream) {
      stream.close();
    }
  }

  private static int positive(int maxLength) {
    if (maxLength <= 0) {
      throw new IllegalArgumentException("maxLength: " + maxLength + " (expected: 1 or more)");
    }
    return maxLength;
  }

  private static void checkLengthBytes(int n) {
    if (n < 1 || n > 4) {
      throw new IllegalArgumentException("lengthBytes: " + n + " (expected: 1-4)");
    }
  }
}
