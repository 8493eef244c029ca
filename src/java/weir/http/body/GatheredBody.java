package weir.http.body;

import java.util.Arrays;
import org.httpkit.BytesInputStream;

/** A request body that was gathered in memory. */
public final class GatheredBody extends BytesInputStream {

  /** Creates a stream over the first {@code length} bytes of an array, which must not change. */
  public GatheredBody(byte[] bytes, int length) {
    super(bytes, length);
  }

  @Override
  public byte[] bytes() {
    return Arrays.copyOf(buf, count);
  }

  @Override
  public int getCount() {
    return count;
  }
}
