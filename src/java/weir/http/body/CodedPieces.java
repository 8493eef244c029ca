package weir.http.body;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Supplier;

/** Pieces that are encoded by the thread that reads them. */
final class CodedPieces implements BlockingBody.Source {

  private final BlockingBody.Source plain;
  private final Supplier<PieceCoder> coders;
  private final long announced;
  private PieceCoder coder; // made by the first piece
  private long length;
  private boolean over;

  /**
   * Takes over the plain pieces.
   *
   * @param announced how many plain bytes there have to be, or -1
   */
  CodedPieces(BlockingBody.Source plain, Supplier<PieceCoder> coders, long announced) {
    this.plain = plain;
    this.coders = coders;
    this.announced = announced;
  }

  @Override
  public ByteBuf next() throws IOException {
    if (coder == null) {
      coder = coders.get();
    }
    while (!over) {
      ByteBuf piece = plain.next();
      over = piece == null;
      count(piece);
      ByteBuf coded = over ? coder.finish() : coder.encode(piece);
      if (coded.isReadable()) {
        return coded;
      }
      coded.release();
    }
    return null;
  }

  private void count(ByteBuf piece) throws IOException {
    length += piece == null ? 0 : piece.readableBytes();
    if (announced >= 0 && (length > announced || (piece == null && length < announced))) {
      if (piece != null) {
        piece.release();
      }
      throw new IOException(
          "the response body has another length than its Content-Length of "
              + announced
              + " (leave the header out)");
    }
  }

  @Override
  public void close() throws IOException {
    if (coder != null) {
      coder.release();
    }
    plain.close();
  }
}
