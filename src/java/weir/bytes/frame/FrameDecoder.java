package weir.bytes.frame;

import java.util.Arrays;
import java.util.function.Consumer;

/** Cuts frames out of pieces of any size. For one stream, and one thread at a time. */
public abstract class FrameDecoder {

  private byte[] held = new byte[256];
  private int from;
  private int to;

  /** For subclasses. */
  protected FrameDecoder() {}

  /**
   * Takes a piece and gives each frame that is complete with it to {@code out}.
   *
   * @throws FrameException if a frame is longer than allowed, or none at all
   */
  public final void feed(byte[] piece, Consumer<byte[]> out) throws FrameException {
    append(piece);
    int length;
    while ((length = next(held, from, to)) >= 0) {
      out.accept(Arrays.copyOfRange(held, from + prefix(), from + prefix() + length));
      from += prefix() + length + suffix();
    }
  }

  /**
   * Takes the end.
   *
   * @return a last frame, or null
   * @throws FrameException if it comes within a frame
   */
  public byte[] end() throws FrameException {
    if (from < to) {
      throw new FrameException(
          "the stream has ended within a frame, behind " + (to - from) + " bytes");
    }
    return null;
  }

  /** Returns what is held and no frame yet. */
  protected final byte[] rest() {
    byte[] rest = Arrays.copyOfRange(held, from, to);
    from = to;
    return rest;
  }

  /** Returns the length of the first frame between the two, or -1 if it is not complete. */
  protected abstract int next(byte[] bytes, int first, int end) throws FrameException;

  /** Returns how many bytes stand before a frame. */
  protected abstract int prefix();

  /** Returns how many bytes stand behind the frame that was found last. */
  protected abstract int suffix();

  private void append(byte[] piece) {
    if (to + piece.length > held.length) {
      int size = to - from;
      byte[] room =
          size + piece.length > held.length
              ? new byte[Math.max(size + piece.length, 2 * held.length)]
              : held;
      System.arraycopy(held, from, room, 0, size);
      held = room;
      from = 0;
      to = size;
    }
    System.arraycopy(piece, 0, held, to, piece.length);
    to += piece.length;
  }
}
