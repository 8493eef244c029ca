package weir.bytes;

import clojure.lang.IPersistentMap;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** The transfers that are there from the start. */
final class TransferSteps {

  private static final int TO_FILE_CHUNK = 10_000_000;
  private static final int FROM_FILE_CHUNK = 1_000_000;
  private static final int STREAM_CHUNK = 4096;
  private static final int GENERIC_CHUNK = 1024;
  private static final int BUFFER = 65_536;

  private TransferSteps() {}

  static IPersistentMap register(IPersistentMap routes) {
    Type readable = Type.of(ReadableByteChannel.class);
    Type writable = Type.of(WritableByteChannel.class);
    IPersistentMap r = routes;
    for (Class<?> file : new Class<?>[] {File.class, java.nio.file.Path.class}) {
      r = Transfers.with(r, readable, Type.of(file), TransferSteps::channelToFile);
      r = Transfers.with(r, Type.of(file), writable, TransferSteps::fileToChannel);
    }
    return Transfers.with(
        r, Type.of(InputStream.class), Type.of(OutputStream.class), TransferSteps::streamToStream);
  }

  private static Object channelToFile(Object source, Object file, Options o) throws IOException {
    int chunk = o.chunkSize(TO_FILE_CHUNK);
    try (ReadableByteChannel in = (ReadableByteChannel) source;
        FileChannel out = FileSteps.writable(file, o)) {
      if (in instanceof FileChannel from) {
        copyFile(from, out, chunk);
      } else {
        copy(in, out, Math.min(chunk, BUFFER));
      }
      out.force(true);
    }
    return null;
  }

  private static Object fileToChannel(Object file, Object sink, Options o) throws Exception {
    try (FileChannel in = FileSteps.readable(file)) {
      copyFile(in, (WritableByteChannel) sink, o.chunkSize(FROM_FILE_CHUNK));
    } catch (Throwable t) {
      throw closeSink(sink, o, t);
    }
    closeSink(sink, o);
    return null;
  }

  /** Lets the system copy where it can; a sink that takes nothing at the moment is asked again. */
  private static void copyFile(FileChannel in, WritableByteChannel out, int chunk)
      throws IOException {
    long end = in.size(); // of now: the file may be its own sink
    for (long at = in.position(), n; at < end; at += n) {
      n = in.transferTo(at, Math.min(chunk, end - at), out);
      if (n == 0) {
        Thread.onSpinWait();
      }
    }
  }

  private static void copy(ReadableByteChannel in, WritableByteChannel out, int chunk)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(chunk);
    while (in.read(buffer.clear()) >= 0) {
      Chunks.writeFully(buffer.flip(), out);
    }
  }

  private static Object streamToStream(Object source, Object sink, Options o) throws Exception {
    OutputStream out = (OutputStream) sink;
    int chunk = o.chunkSize(STREAM_CHUNK);
    try (InputStream in = (InputStream) source) {
      if (chunk == STREAM_CHUNK) {
        in.transferTo(out);
      } else {
        copy(in, out, chunk);
      }
      out.flush();
    } catch (Throwable t) {
      throw closeSink(sink, o, t);
    }
    closeSink(sink, o);
    return null;
  }

  private static void copy(InputStream in, OutputStream out, int chunk) throws IOException {
    byte[] buffer = new byte[chunk];
    for (int n; (n = in.read(buffer)) >= 0; ) {
      out.write(buffer, 0, n);
    }
  }

  static Object sourceToSink(Object source, Object sink, Options o) throws Exception {
    Object in = source instanceof ByteBuffer b ? b.duplicate() : source;
    int chunk = o.chunkSize(GENERIC_CHUNK);
    try {
      for (Object bytes; (bytes = ByteSource.take(in, chunk, o)) != null; ) {
        ByteSink.send(sink, bytes, o);
      }
    } catch (Throwable t) {
      if (Closing.isCloseable(in)) {
        Closing.closeAll(List.of(in), t);
      }
      throw closeSink(sink, o, t);
    }
    Closing.closeIfOpen(in);
    closeSink(sink, o);
    return null;
  }

  private static void closeSink(Object sink, Options o) throws Exception {
    if (o.close()) {
      Closing.closeIfOpen(sink);
    }
  }

  /** Closes the sink because of {@code cause}, which it throws again. */
  private static RuntimeException closeSink(Object sink, Options o, Throwable cause) {
    if (o.close() && Closing.isCloseable(sink)) {
      Closing.closeAll(List.of(sink), cause);
    }
    throw Closing.sneaky(cause);
  }
}
