package weir.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import weir.bytes.SourceInputStream;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.stream.Stream;

/**
 * A request body that the handler reads while it arrives. The socket is read only while less than
 * the buffer's size waits unread. Messages are byte arrays, or in raw mode buffers that the reader
 * releases.
 */
final class StreamedBody implements InboundBody {

  /** An exchange that ends with more than this still to come costs the connection. */
  static final long MAX_DISCARDED = 1024 * 1024;

  private static final Object END = new Object();

  private final Exchange exchange;
  private final Stream<Object> stream;
  private final boolean raw;
  private final int limit;

  // Only for the event loop.
  private int unread;
  private long discarded;
  private boolean abandoned;

  private StreamedBody(Exchange exchange, ServerConfig config) {
    this.exchange = exchange;
    this.raw = config.rawStream();
    this.limit = config.requestBufferBytes();
    this.stream = Stream.create();
  }

  /** Gives the exchange its body. */
  static StreamedBody start(Exchange exchange, ServerConfig config) {
    StreamedBody body = new StreamedBody(exchange, config);
    exchange.body(body.raw ? body.stream : new SourceInputStream(body.stream));
    return body;
  }

  @Override
  public void content(ByteBuf piece) {
    int n = piece.readableBytes();
    if (abandoned || stream.isClosed() == Boolean.TRUE) {
      piece.release();
      discard(n);
      return;
    }
    unread += n;
    if (unread >= limit) {
      gate().close(ReadGate.BODY);
    }
    Object message = raw ? piece : ByteBufUtil.getBytes(piece);
    if (!raw) {
      piece.release();
    }
    Deferred<Boolean> taken = stream.put(message);
    if (taken.realized()) {
      unread -= n;
      openIfRoom();
    } else {
      taken.listen(new Taken(n));
    }
  }

  private void discard(int n) {
    discarded += n;
    if (discarded > MAX_DISCARDED) {
      exchange.connection().close();
    }
  }

  private void openIfRoom() {
    if (unread < limit) {
      gate().open(ReadGate.BODY);
    }
  }

  private ReadGate gate() {
    return exchange.connection().gate();
  }

  /** Waits until a piece was taken, and gives its room back. */
  private final class Taken extends Callback {
    private final int size;

    Taken(int size) {
      this.size = size;
    }

    @Override
    protected void onSuccess(Object accepted) {
      exchange
          .loop()
          .run(
              () -> {
                unread -= size;
                openIfRoom();
              });
    }

    @Override
    protected void onError(Object error) {
      onSuccess(error);
    }
  }

  @Override
  public void end() {
    stream.close();
  }

  @Override
  public void fail(Throwable cause) {
    IOException failure =
        cause instanceof IOException e ? e : new IOException("the request body ended early", cause);
    stream.fail(failure);
  }

  @Override
  public void abandon() {
    abandoned = true;
    stream.close();
    if (raw) {
      releaseUnread(stream);
    }
    gate().open(ReadGate.BODY);
  }

  /** Releases the buffers that nobody took; the stream must be closed. */
  static void releaseUnread(Stream<Object> stream) {
    Object message;
    while ((message = stream.takeOr(END).successValue(END)) != END) {
      ReferenceCountUtil.release(message);
    }
  }
}
