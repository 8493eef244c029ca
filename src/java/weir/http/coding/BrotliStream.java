package weir.http.coding;

import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * What Brotli (RFC 7932) has compressed. Unlike brotli4j's own stream it hands out what it has before it
 * waits for more.
 */
final class BrotliStream extends DecoderStream {

  private static final int BUFFER_BYTES = 8192;

  private final InputStream in;
  private final byte[] chunk = new byte[BUFFER_BYTES];
  private DecoderJNI.Wrapper decoder; // null once it is closed

  BrotliStream(InputStream in) throws IOException {
    this.in = in;
    this.decoder = new DecoderJNI.Wrapper(BUFFER_BYTES);
  }

  @Override
  boolean step() throws IOException {
    if (decoder == null) {
      return false;
    }
    if (decoder.hasOutput()) { // which is the decoder's own until it is asked for anything else
      out = decoder.pull();
      return true;
    }
    switch (decoder.getStatus()) {
      case DONE:
        return false;
      case NEEDS_MORE_INPUT:
        feed();
        return true;
      case ERROR:
        throw new IOException("the body is not br");
      default:
        decoder.push(0);
        return true;
    }
  }

  private void feed() throws IOException {
    int n = in.read(chunk, 0, chunk.length);
    if (n < 0) {
      throw new EOFException("the br body is cut short");
    }
    decoder.getInputBuffer().clear().put(chunk, 0, n);
    decoder.push(n);
  }

  @Override
  public void close() throws IOException {
    if (decoder != null) {
      out = NOTHING;
      decoder.destroy();
      decoder = null;
    }
    in.close();
  }
}
