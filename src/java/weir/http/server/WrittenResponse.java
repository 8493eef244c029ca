package weir.http.server;

import java.util.concurrent.RejectedExecutionException;
import weir.http.BodyWriter;
import weir.http.body.BodyOutputStream;
import weir.http.body.StreamingBody;

/**
 * A response whose body writes itself. Its head is encoded when it is known how the body is framed:
 * at the first flush, or at the end.
 */
final class WrittenResponse implements BodyOutputStream.Target {

  private final Exchange exchange;
  private final int status;
  private final Object headers;
  private final BodyWriter writer;
  private final boolean endsByClosing;

  /**
   * @param endsByClosing whether the body ends only when its stream is closed, not when the writer
   *     returns
   */
  WrittenResponse(
      Exchange exchange, int status, Object headers, BodyWriter writer, boolean endsByClosing) {
    this.exchange = exchange;
    this.status = status;
    this.headers = headers;
    this.writer = writer;
    this.endsByClosing = endsByClosing;
  }

  /** Writes the body: here if this thread may block, else on one that may. */
  void start(boolean here) {
    if (here) {
      run();
      return;
    }
    try {
      exchange.context().blockingExecutor().execute(this::run);
    } catch (RejectedExecutionException e) {
      failed(e);
    }
  }

  private void run() {
    ServerConfig config = exchange.context().config();
    BodyOutputStream out = new BodyOutputStream(this, config.outputBufferBytes());
    try {
      writer.writeTo(out);
    } catch (Throwable t) {
      fail(out, t, config.endFailedBodies());
      return;
    }
    if (!endsByClosing) {
      out.close();
    }
  }

  private void fail(BodyOutputStream out, Throwable cause, boolean endIfBegun) {
    if (endIfBegun && hasBegun()) {
      ErrorResponses.LOG.error("the response body of {} failed; it ends there", exchange, cause);
      out.close();
    } else if (!out.fail(cause)) {
      ErrorResponses.LOG.debug("the writer of {} failed after its body had ended", exchange, cause);
    }
  }

  private boolean hasBegun() {
    return exchange.streaming != null;
  }

  // ---- Target

  @Override
  public void whole(byte[] bytes) {
    HeadWriter head = exchange.context().newWriter(exchange.lane().isHttp2());
    try {
      ResponseEncoder.beginHead(exchange, status, headers, head);
      ResponseEncoder.encodeContiguous(exchange, bytes, head);
    } catch (RuntimeException e) {
      failed(e);
      return;
    }
    exchange.finish(head, null);
  }

  @Override
  public void begin(StreamingBody body) {
    HeadWriter head = exchange.context().newWriter(exchange.lane().isHttp2());
    ResponseEncoder.beginHead(exchange, status, headers, head);
    ResponseEncoder.encodeStreaming(exchange, body, head);
    exchange.finish(head, null);
  }

  @Override
  public void failed(Throwable cause) {
    exchange.forgetEncoded();
    exchange.fail(cause, null);
  }
}
