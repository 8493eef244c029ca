package weir.bytes.frame;

/** Frames behind their length, big-endian and unsigned. */
final class LengthDecoder extends FrameDecoder {

  private final int lengthBytes;
  private final int max;

  LengthDecoder(int lengthBytes, int max) {
    this.lengthBytes = lengthBytes;
    this.max = max;
  }

  @Override
  protected int next(byte[] bytes, int first, int end) throws FrameException {
    if (end - first < lengthBytes) {
      return -1;
    }
    long length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length = length << 8 | bytes[first + i] & 0xff;
    }
    if (length > max) {
      throw new FrameException("a frame has " + length + " bytes (at most: " + max + ")");
    }
    return end - first - lengthBytes < length ? -1 : (int) length;
  }

  @Override
  protected int prefix() {
    return lengthBytes;
  }

  @Override
  protected int suffix() {
    return 0;
  }
}
