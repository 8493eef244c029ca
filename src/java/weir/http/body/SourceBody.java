package weir.http.body;

import clojure.lang.AFn;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.net.LoopTasks;
import weir.stream.Failable;

/**
 * A body that is a stream: each message is one piece, and the next is taken when the piece before it
 * was written. So a peer that reads slowly stops whoever puts into the stream.
 */
final class SourceBody extends Callback implements StreamingBody {

  /** Taken when the source is drained. */
  private static final Object END = new Object();

  /** Taken when nothing is there yet. */
  private static final Object PENDING = new Object();

  /** After so many messages in a row other connections get their turn. */
  private static final int MAX_IN_A_ROW = 32;

  /** Closed sources that go on for longer are left alone. */
  private static final int MAX_DRAINED = 1024;

  private final IEventSource source;
  private BodySink sink;

  SourceBody(IEventSource source) {
    this.source = source;
  }

  @Override
  public long length() {
    return -1;
  }

  @Override
  public void start(BodySink target) {
    sink = target;
    pump();
  }

  /**
   * Closes the source, and takes what was put before: whoever waits for a put goes on, and learns with
   * the next one that nobody wants more.
   */
  @Override
  public void discard() {
    ((IEventStream) source).close();
    for (int i = 0; i < MAX_DRAINED; i++) {
      if (!(source.take(END, false) instanceof IDeferred next)) {
        return;
      }
      Object message = next.successValue(PENDING);
      if (message == END || message == PENDING) {
        return;
      }
      ReferenceCountUtil.safeRelease(message);
    }
  }

  private void pump() {
    try {
      for (int i = 0; i < MAX_IN_A_ROW; i++) {
        if (!step()) {
          return;
        }
      }
      LoopTasks.later(sink.eventLoop(), this::pump);
    } catch (Throwable t) {
      sink.abort(t);
    }
  }

  /** Moves one message; returns false when the end has come or something has to be waited for. */
  private boolean step() throws Exception {
    Object taken = source.take(END, false);
    if (!(taken instanceof IDeferred next)) {
      throw new IllegalStateException(
          "take of " + source.getClass() + " returned " + taken + " (expected: a deferred)");
    }
    Object message = next.successValue(PENDING);
    if (message == PENDING) {
      await(next);
      return false;
    }
    return write(message);
  }

  private void await(IDeferred next) {
    if (next instanceof Deferred<?> deferred) {
      deferred.listen(this);
    } else {
      next.onRealized(function(this::onSuccess), function(this::onError));
    }
  }

  /** Writes the message; returns true if it is written already. */
  private boolean write(Object message) throws Exception {
    if (message == END) {
      end();
      return false;
    }
    if (message == null) {
      return true;
    }
    ByteBuf piece = Pieces.toByteBuf(message);
    ChannelFuture written = sink.write(piece);
    if (written.isDone()) {
      return written.isSuccess();
    }
    written.addListener(
        future -> {
          if (future.isSuccess()) {
            pump();
          }
        });
    return false;
  }

  /** A source that ended because of an error has not sent everything. */
  private void end() {
    Object error = source instanceof Failable f ? f.failure(END) : END;
    if (error == END) {
      sink.end();
    } else {
      sink.abort(asThrowable(error));
    }
  }

  @Override
  protected void onSuccess(Object message) {
    if (!LoopTasks.run(sink.eventLoop(), () -> came(message))) {
      ReferenceCountUtil.safeRelease(message);
      discard();
    }
  }

  private void came(Object message) {
    try {
      if (write(message)) {
        pump();
      }
    } catch (Throwable t) {
      sink.abort(t);
    }
  }

  @Override
  protected void onError(Object error) {
    if (!LoopTasks.run(sink.eventLoop(), () -> sink.abort(asThrowable(error)))) {
      discard();
    }
  }

  private static AFn function(Consumer<Object> body) {
    return new AFn() {
      @Override
      public Object invoke(Object x) {
        body.accept(x);
        return null;
      }
    };
  }

  private static Throwable asThrowable(Object error) {
    return error instanceof Throwable t
        ? t
        : new IllegalStateException("the body's stream failed with " + error);
  }
}
