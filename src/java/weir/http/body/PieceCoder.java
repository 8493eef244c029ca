package weir.http.body;

import io.netty.buffer.ByteBuf;

/** Changes the bytes of one body, piece by piece. For one thread at a time. */
public interface PieceCoder {

  /**
   * Returns what is to be sent for a piece, maybe nothing; the caller releases it.
   *
   * @param piece is released
   */
  ByteBuf encode(ByteBuf piece);

  /** Returns what is to be sent at the end. */
  ByteBuf finish();

  /** Lets go of everything. Idempotent. */
  void release();
}
