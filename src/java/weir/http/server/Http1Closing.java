package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import weir.http.body.ReadGate;

/** The ways in which a connection ends. Only for the event loop. */
final class Http1Closing {

  /** How long what a refused peer still sends is dropped before the connection is closed. */
  private static final long LINGER_MILLIS = 1000;

  /** How long the peer of an aborted response may take to read what was written before. */
  private static final long MAX_ABORT_MILLIS = 10_000;

  private final ChannelHandlerContext ctx;
  private final Http1Output output;
  private final ReadGate gate;

  Http1Closing(ChannelHandlerContext ctx, Http1Output output, ReadGate gate) {
    this.ctx = ctx;
    this.output = output;
    this.gate = gate;
  }

  /**
   * Closes when everything is written.
   *
   * @param linger whether the peer may still be sending, and nothing of that is wanted
   */
  void afterWrites(boolean linger) {
    output.flushLast().addListener(linger ? this::linger : ChannelFutureListener.CLOSE);
  }

  /**
   * Closes our side only, and for a while drops what the peer goes on sending: closing a socket with
   * unread bytes resets the connection, and the peer might never see the response (RFC 9112 §9.6).
   */
  private void linger(Future<?> written) {
    Channel channel = ctx.channel();
    if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
      ((Http1Decoder) output.wire().handler()).drop();
      gate.openAll();
      closeWithin(LINGER_MILLIS);
    } else {
      ctx.close();
    }
  }

  /**
   * Closes when what was written so far is sent, or when the peer does not take it.
   *
   * @param framed whether the peer can tell that the body is cut; else the connection is reset
   */
  void abort(boolean framed) {
    if (!framed) {
      ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    }
    closeWithin(MAX_ABORT_MILLIS);
    output.flushLast().addListener(ChannelFutureListener.CLOSE);
  }

  /** Closes at once; what was written and not sent is lost. */
  void reset() {
    ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    ctx.close();
  }

  /** The timer goes with the connection, which it must not keep in memory. */
  private void closeWithin(long millis) {
    Future<?> limit = ctx.executor().schedule(() -> ctx.close(), millis, TimeUnit.MILLISECONDS);
    ctx.channel().closeFuture().addListener(closed -> limit.cancel(false));
  }
}
