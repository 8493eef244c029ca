package weir.http.body;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultFileRegion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A file or a region of one, sent by the kernel where that is possible. */
final class FileBody implements StreamingBody {

  private final FileChannel channel;
  private final long position;
  private final long length;
  private final int chunkBytes;
  private final Executor executor;
  private BlockingBody reading;

  private FileBody(FileChannel channel, FileSlice slice, Executor executor) {
    this.channel = channel;
    this.position = slice.start();
    this.length = slice.byteCount();
    this.chunkBytes = slice.chunkBytes();
    this.executor = executor;
  }

  /**
   * Opens the file, so that a missing one is found before anything is sent.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  static FileBody whole(Path path, Executor executor) {
    return whole(path, FileSlice.DEFAULT_CHUNK_BYTES, executor);
  }

  /** The same, with what is read at once where the kernel cannot send it. */
  static FileBody whole(Path path, int chunkBytes, Executor executor) {
    FileChannel channel = open(path);
    return new FileBody(
        channel, new FileSlice.Of(path, 0, size(channel, path), chunkBytes), executor);
  }

  /**
   * Opens the file of a region, which must still be there.
   *
   * @throws IllegalArgumentException if it cannot be read, or has shrunk meanwhile
   */
  static FileBody of(FileSlice slice, Executor executor) {
    FileChannel channel = open(slice.path());
    long size = size(channel, slice.path());
    if (slice.byteCount() > size - slice.start()) {
      Bodies.discard(channel);
      throw new IllegalArgumentException(
          "body " + slice.path() + " has " + size + " bytes, fewer than when it was described");
    }
    return new FileBody(channel, slice, executor);
  }

  private static FileChannel open(Path path) {
    if (Files.isDirectory(path)) {
      throw new IllegalArgumentException("body " + path + " is a directory (expected: a file)");
    }
    try {
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static long size(FileChannel channel, Path path) {
    try {
      return channel.size();
    } catch (IOException e) {
      Bodies.discard(channel);
      throw unreadable(path, e);
    }
  }

  private static IllegalArgumentException unreadable(Path path, IOException e) {
    return new IllegalArgumentException(
        "body " + path + " cannot be read (expected: a readable file)", e);
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public StreamingBody encoded(Supplier<PieceCoder> coders, long announced) {
    return new BlockingBody(new CodedPieces(pieces(), coders, announced), executor);
  }

  private FilePieces pieces() {
    return new FilePieces(channel, position, length, chunkBytes);
  }

  @Override
  public void start(BodySink sink) {
    if (!sink.canSendFile()) {
      reading = new BlockingBody(pieces(), executor);
      reading.start(sink);
      return;
    }
    sink.write(
            new DefaultFileRegion(
                channel, position, length)) // which closes the channel when released
        .addListener(
            written -> {
              if (written.isSuccess()) {
                sink.end();
              } else {
                sink.abort(written.cause());
              }
            });
  }

  @Override
  public void discard() {
    if (reading != null) {
      reading.discard();
    } else {
      Bodies.discard(channel);
    }
  }

  private static final class FilePieces implements BlockingBody.Source {
    private final FileChannel channel;
    private final int chunkBytes;
    private long at;
    private long left;

    FilePieces(FileChannel channel, long position, long length, int chunkBytes) {
      this.channel = channel;
      this.at = position;
      this.left = length;
      this.chunkBytes = chunkBytes;
    }

    @Override
    public ByteBuf next() throws IOException {
      if (left == 0) {
        return null;
      }
      ByteBuffer piece = ByteBuffer.allocate((int) Math.min(chunkBytes, left));
      int n = channel.read(piece, at);
      if (n < 0) {
        throw new EOFException(
            "the file has shrunk while it was sent: " + left + " bytes are gone");
      }
      at += n;
      left -= n;
      return Unpooled.wrappedBuffer(piece.flip());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
