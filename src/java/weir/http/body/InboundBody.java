package weir.http.body;

import io.netty.buffer.ByteBuf;

/** A body on its way in. All methods are for the event loop. */
public interface InboundBody {

  /** Returns whether the program gets the message only when the whole body is there. */
  boolean isGathered();

  /** Takes the next piece; the buffer belongs to the body from now on. */
  void content(ByteBuf piece);

  /** Returns how many bytes of it are in memory, at least about. */
  default int held() {
    return 0;
  }

  /** The body has come to its end. */
  void end();

  /** The body will never be complete. */
  void fail(Throwable cause);

  /** The exchange has ended: from now on pieces are dropped, and what is unread is let go of. */
  void abandon();
}
