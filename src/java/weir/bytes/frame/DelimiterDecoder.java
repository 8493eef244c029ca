package weir.bytes.frame;

/** Frames that end with a delimiter. */
final class DelimiterDecoder extends FrameDecoder {

  private final byte[] delimiter;
  private final int max;
  private final boolean lines;
  private int searched; // bytes of the present frame that hold no delimiter
  private int suffix;

  DelimiterDecoder(byte[] delimiter, int max, boolean lines) {
    this.delimiter = delimiter;
    this.max = max;
    this.lines = lines;
  }

  @Override
  protected int next(byte[] bytes, int first, int end) throws FrameException {
    for (int i = first + searched; i + delimiter.length <= end; i++) {
      if (isAt(bytes, i)) {
        searched = 0;
        boolean crlf = lines && i > first && bytes[i - 1] == '\r';
        suffix = delimiter.length + (crlf ? 1 : 0);
        return check(i - first - (crlf ? 1 : 0));
      }
    }
    searched = Math.max(0, end - first - delimiter.length + 1);
    check(searched - (lines ? 1 : 0)); // a CR may be a part of the end
    return -1;
  }

  private boolean isAt(byte[] bytes, int i) {
    for (int k = 0; k < delimiter.length; k++) {
      if (bytes[i + k] != delimiter[k]) {
        return false;
      }
    }
    return true;
  }

  private int check(int length) throws FrameException {
    if (length > max) {
      throw new FrameException("a frame is longer than " + max + " bytes");
    }
    return length;
  }

  /** The last line may lack its end. */
  @Override
  public byte[] end() throws FrameException {
    if (!lines) {
      return super.end();
    }
    byte[] rest = rest();
    return rest.length == 0 ? null : rest;
  }

  @Override
  protected int prefix() {
    return 0;
  }

  @Override
  protected int suffix() {
    return suffix;
  }
}
