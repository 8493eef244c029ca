package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import weir.http.body.ReadGate;
import weir.net.LoopTasks;

/**
 * What runs one exchange at a time on a channel: an HTTP/1 connection, or a stream of HTTP/2. Here is
 * how an exchange gets to the channel's event loop, and how it is ended before its time.
 *
 * <p>Everything runs on that loop, except where a method says otherwise.
 */
abstract class ExchangeHandler extends ChannelInboundHandlerAdapter implements Lease, AnswerOwner {

  ChannelHandlerContext ctx; // null until there is a channel
  private ReadGate gate;

  // The exchange that runs, and how far it has come.
  Answer answer; // null if none runs
  RequestWriter writer;

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    gate = new ReadGate(c.channel());
  }

  @Override
  public final void start(Exchange exchange) {
    if (eventLoop().inEventLoop()) {
      begin(exchange);
    } else {
      eventLoop().execute(() -> begin(exchange));
    }
  }

  /** Sends the request, unless the exchange has ended on its way here. */
  abstract void begin(Exchange exchange);

  @Override
  public final void abort(Exchange exchange) {
    LoopTasks.run(
        eventLoop(),
        () -> {
          if (answer != null && answer.exchange() == exchange) {
            fail(null);
          }
        });
  }

  @Override
  public final void fail(Throwable cause) {
    Answer failed = answer;
    RequestWriter sending = writer;
    end();
    if (sending != null) {
      sending.cancel();
    }
    if (failed != null) {
      if (cause == null) {
        failed.abandon();
      } else {
        failed.broken(cause);
      }
    }
    letGo();
    if (failed != null && cause != null) {
      failed.failExchange(cause);
    }
  }

  /** Closes what an exchange has run on that did not come to its end. */
  abstract void letGo();

  /** No exchange runs any more. */
  void end() {
    if (answer != null) {
      answer.over();
    }
    answer = null;
    writer = null;
  }

  // ---- for the answer

  @Override
  public final Answer answer() {
    return answer;
  }

  @Override
  public final ReadGate gate() {
    return gate;
  }

  @Override
  public final void unwanted(int bytes) {
    // what closes the channel, or resets the stream, is on its way
  }
}
