package clj_commons.byte_streams;

import java.io.IOException;

/** A stream that does what a {@link Streamable} says. */
public class InputStream extends java.io.InputStream {

  /** The parts of a stream, as an interface that a Clojure {@code reify} can implement. */
  public interface Streamable {

    /** Returns how many bytes can be read without waiting. */
    int available() throws IOException;

    /** Ends the stream. */
    void close() throws IOException;

    /** Passes over up to {@code n} bytes; returns how many there were. */
    long skip(long n) throws IOException;

    /** Returns the next byte, -1 at the end. */
    int read() throws IOException;

    /** Copies at least one and up to {@code length} bytes; returns how many, -1 at the end. */
    int read(byte[] target, int offset, int length) throws IOException;
  }

  private final Streamable streamable;

  /** Makes a stream of {@code streamable}. */
  public InputStream(Streamable streamable) {
    this.streamable = streamable;
  }

  @Override
  public int available() throws IOException {
    return streamable.available();
  }

  @Override
  public void close() throws IOException {
    streamable.close();
  }

  @Override
  public long skip(long n) throws IOException {
    return streamable.skip(n);
  }

  @Override
  public int read() throws IOException {
    return streamable.read();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return streamable.read(target, offset, length);
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void mark(int readLimit) {
    throw new UnsupportedOperationException("mark");
  }

  @Override
  public void reset() {
    throw new UnsupportedOperationException("reset");
  }
}
