package weir.http.websocket;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decompresses the messages of one peer, RFC 7692 §7.2.2. Close it to free its native memory. */
final class MessageInflater implements AutoCloseable {

  private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
  private static final int PIECE = 8192;

  private final boolean fresh;
  private Inflater inflater; // made with the first message that is compressed

  /**
   * @param fresh whether each message begins anew, so that nothing is kept between messages
   */
  MessageInflater(boolean fresh) {
    this.fresh = fresh;
  }

  /** Decompresses a part of a message into {@code out}. */
  void inflate(byte[] part, GrowingBytes out) throws WebSocketException {
    if (inflater == null) {
      inflater = fresh ? Spare.INFLATER.take() : new Inflater(true);
    }
    byte[] piece = new byte[Math.min(PIECE, Math.max(256, part.length * 4))];
    inflater.setInput(part);
    try {
      while (true) {
        int n = inflater.inflate(piece);
        if (n > 0) {
          out.add(piece, n);
        } else if (inflater.finished() && inflater.getRemaining() > 0) {
          startBlockAfterLast(part);
        } else if (inflater.needsInput() || inflater.finished()) {
          return;
        } else if (inflater.needsDictionary()) {
          throw corrupt();
        }
      }
    } catch (DataFormatException e) {
      throw corrupt();
    }
  }

  /** §7.2.3.4: a peer may mark a block as the last one and go on behind it. */
  private void startBlockAfterLast(byte[] part) {
    int rest = inflater.getRemaining();
    inflater.reset();
    inflater.setInput(part, part.length - rest, rest);
  }

  /** The message ends: its last block is completed by the bytes that the peer has left out. */
  void end(GrowingBytes out) throws WebSocketException {
    inflate(TAIL, out);
    if (inflater.finished()) {
      inflater.reset();
    }
    if (fresh) {
      inflater.reset();
      Spare.INFLATER.giveBack(inflater);
      inflater = null;
    }
  }

  private static WebSocketException corrupt() {
    return new WebSocketException(CloseCode.BAD_DATA, "message that cannot be decompressed");
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
  }
}
