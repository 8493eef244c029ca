package weir.bytes;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Opening and mapping of files, which are given as File or Path. */
final class FileSteps {

  private static final int MAPPED_CHUNK_BYTES = 2_000_000_000;

  private FileSteps() {}

  static Path path(Object file) {
    return file instanceof File f ? f.toPath() : (Path) file;
  }

  static FileChannel readable(Object file) throws IOException {
    return FileChannel.open(path(file), StandardOpenOption.READ);
  }

  /** Opens at the end, or unless {@code :append?} an empty file; creates it if need be. */
  static FileChannel writable(Object file, Options o) throws IOException {
    return FileChannel.open(
        path(file),
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        o.append() ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
  }

  /** Maps piece by piece; the file is closed once the last piece was mapped. */
  static Object mapped(Object file, Options o) throws IOException {
    Set<OpenOption> how =
        o.writable()
            ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
            : Set.of(StandardOpenOption.READ);
    return PulledSeq.of(
        new Mapper(FileChannel.open(path(file), how), o.chunkSize(MAPPED_CHUNK_BYTES), o));
  }

  private static final class Mapper implements PulledSeq.Puller {
    private final FileChannel channel;
    private final FileChannel.MapMode mode;
    private final int chunkSize;
    private final long size;
    private long at;

    Mapper(FileChannel channel, int chunkSize, Options o) throws IOException {
      this.channel = channel;
      this.chunkSize = chunkSize;
      this.mode = o.writable() ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY;
      this.size = channel.size();
    }

    @Override
    public Object pull() throws IOException {
      if (at == size) {
        return PulledSeq.END;
      }
      long n = Math.min(chunkSize, size - at);
      Object chunk = channel.map(mode, at, n);
      at += n;
      if (at == size) {
        channel.close(); // a mapping outlives its channel
      }
      return chunk;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
