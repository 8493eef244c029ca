package weir.http.body;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;

/** A file, sent by the kernel where that is possible. */
final class FileBody implements StreamingBody {

  private final FileChannel channel;
  private final long length;
  private final Executor executor;
  private BlockingBody reading;

  /**
   * Opens the file, so that a missing one is found before anything is sent.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  FileBody(Path path, Executor executor) {
    this.executor = executor;
    if (Files.isDirectory(path)) {
      throw new IllegalArgumentException("body " + path + " is a directory (expected: a file)");
    }
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      length = channel.size();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "body " + path + " cannot be read (expected: a readable file)", e);
    }
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void start(BodySink sink) {
    if (!sink.canSendFile()) {
      reading = new BlockingBody(new FilePieces(channel), executor);
      reading.start(sink);
      return;
    }
    sink.write(new DefaultFileRegion(channel, 0, length)) // which closes the channel when released
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
    private static final int SIZE = 16 * 1024;
    private final FileChannel channel;

    FilePieces(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public ByteBuf next() throws IOException {
      ByteBuffer piece = ByteBuffer.allocate(SIZE);
      return channel.read(piece) < 0 ? null : Unpooled.wrappedBuffer(piece.flip());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
