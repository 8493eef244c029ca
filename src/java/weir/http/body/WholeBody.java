package weir.http.body;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicReference;

/** A body that is in memory and all the same sent as a stream, because something follows it. */
public final class WholeBody implements StreamingBody {

  private final AtomicReference<Object> content;

  /**
   * Takes the content.
   *
   * @param content byte array, or a buffer that belongs to this body from now on
   */
  public WholeBody(Object content) {
    this.content = new AtomicReference<>(content);
  }

  @Override
  public long length() {
    return -1;
  }

  @Override
  public void start(BodySink sink) {
    Object taken = content.getAndSet(null);
    if (taken instanceof byte[] bytes) {
      sink.write(Unpooled.wrappedBuffer(bytes));
    } else if (taken instanceof ByteBuf buffer) {
      sink.write(buffer);
    }
    sink.end();
  }

  @Override
  public void discard() {
    ReferenceCountUtil.release(content.getAndSet(null));
  }
}
