package weir.http.body;

import java.nio.file.Files;
import java.nio.file.Path;

/** A body that is a region of a file. What has been said about it is not checked again. */
public interface FileSlice {

  /** Bytes that are read at once where the kernel cannot send the file by itself: 16 KiB. */
  int DEFAULT_CHUNK_BYTES = 16 * 1024;

  /** Returns the file. */
  Path path();

  /** Returns where the region begins. */
  long start();

  /** Returns how many bytes it has. */
  long byteCount();

  /** Returns how many bytes are read at once where the kernel cannot send the file by itself. */
  int chunkBytes();

  /** A region as Java programs write it. */
  record Of(Path path, long start, long byteCount, int chunkBytes) implements FileSlice {}

  /**
   * Returns a region of a file that is there.
   *
   * @throws IllegalArgumentException if there is no such file or no such region in it
   */
  static FileSlice of(Path path, long position, long size) {
    check(path, position, size, DEFAULT_CHUNK_BYTES);
    return new Of(path, position, size, DEFAULT_CHUNK_BYTES);
  }

  /**
   * Checks what makes a region.
   *
   * @throws IllegalArgumentException if there is no such file or no such region in it
   */
  static void check(Path path, long position, long size, int chunkBytes) {
    checkFile(path);
    if (position < 0) {
      throw new IllegalArgumentException("offset is " + position + " (expected: 0 or more)");
    }
    if (size <= 0) {
      throw new IllegalArgumentException("length is " + size + " (expected: 1 or more)");
    }
    if (chunkBytes <= 0) {
      throw new IllegalArgumentException("chunk-size is " + chunkBytes + " (expected: 1 or more)");
    }
    long length = path.toFile().length();
    if (size > length - position) {
      throw new IllegalArgumentException(
          "the region exceeds the size of the file: offset "
              + position
              + " and length "
              + size
              + " in the "
              + length
              + " bytes of "
              + path);
    }
  }

  /**
   * Checks that there is something to send.
   *
   * @throws IllegalArgumentException if the file is missing or a directory
   */
  static void checkFile(Path path) {
    if (!Files.exists(path)) {
      throw new IllegalArgumentException(path + " file does not exist");
    }
    if (Files.isDirectory(path)) {
      throw new IllegalArgumentException(path + " is a directory, file expected");
    }
  }
}
