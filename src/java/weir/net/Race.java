package weir.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import weir.net.proxy.ProxyServer;

/**
 * Attempts at several addresses, of which the first to succeed wins. All attempts and all of this
 * state belong to one event loop, which becomes that of the connection.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8305">RFC 8305, happy eyeballs</a>
 */
final class Race implements Dialing {

  private final EventLoop loop;
  private final Dialer dialer;
  private final SocketAddress target;
  private final ProxyServer proxy;
  private final Dialer.Caller caller;
  private final Deque<SocketAddress> untried = new ArrayDeque<>();
  private final Set<Attempt> running = new LinkedHashSet<>();
  private Future<?> timer;
  private Throwable failure;
  private boolean over;

  Race(
      EventLoop loop,
      Dialer dialer,
      SocketAddress target,
      ProxyServer proxy,
      Dialer.Caller caller) {
    this.loop = loop;
    this.dialer = dialer;
    this.target = target;
    this.proxy = proxy;
    this.caller = caller;
  }

  /** Begins, with addresses in the resolver's order. */
  void start(List<? extends SocketAddress> addresses) {
    if (!loop.inEventLoop()) {
      loop.execute(() -> start(addresses));
      return;
    }
    untried.addAll(interleaved(addresses));
    if (untried.isEmpty()) {
      unresolved(new UnknownHostException(String.valueOf(target)));
    } else {
      tryNext();
    }
  }

  void unresolved(Throwable cause) {
    if (!loop.inEventLoop()) {
      loop.execute(() -> unresolved(cause));
    } else if (!over) {
      over = true;
      caller.failed(cause);
    }
  }

  /** RFC 8305 §4: the families take turns, the resolver's first one begins. */
  static List<SocketAddress> interleaved(List<? extends SocketAddress> addresses) {
    Deque<SocketAddress> ours = new ArrayDeque<>();
    Deque<SocketAddress> others = new ArrayDeque<>();
    for (SocketAddress each : addresses) {
      (isIpv6(each) == isIpv6(addresses.get(0)) ? ours : others).add(each);
    }
    List<SocketAddress> order = new ArrayList<>();
    while (!ours.isEmpty() || !others.isEmpty()) {
      if (!ours.isEmpty()) {
        order.add(ours.poll());
      }
      if (!others.isEmpty()) {
        order.add(others.poll());
      }
    }
    return order;
  }

  private static boolean isIpv6(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address;
  }

  private void tryNext() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    SocketAddress next = untried.poll();
    if (over || next == null) {
      return;
    }
    if (!untried.isEmpty()) {
      timer = loop.schedule(this::tryNext, Dialer.ATTEMPT_DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }
    Attempt attempt = new Attempt(next);
    running.add(attempt);
    attempt.begin();
  }

  private void lost(Attempt attempt, Throwable cause) {
    if (!running.remove(attempt) || over) {
      return;
    }
    if (failure == null) {
      failure = cause;
    } else if (failure != cause) {
      failure.addSuppressed(cause);
    }
    if (!untried.isEmpty()) {
      tryNext();
    } else if (running.isEmpty()) {
      over = true;
      caller.failed(failure);
    }
  }

  private void won(Attempt attempt, Channel channel) {
    running.remove(attempt);
    if (over) {
      channel.close();
      return;
    }
    finish();
    caller.connected(channel);
  }

  private void finish() {
    over = true;
    if (timer != null) {
      timer.cancel(false);
    }
    for (Attempt each : new ArrayList<>(running)) {
      each.giveUp();
    }
    running.clear();
  }

  @Override
  public void cancel() {
    loop.execute(
        () -> {
          if (!over) {
            finish();
            caller.failed(new CancellationException("given up"));
          }
        });
  }

  /** One address. Stands in the pipeline until the connection is there. */
  private final class Attempt extends ChannelInboundHandlerAdapter {
    private final SocketAddress address;
    private Channel channel;

    Attempt(SocketAddress address) {
      this.address = address;
    }

    void begin() {
      try {
        ChannelFuture connect =
            dialer
                .attempt(address, loop)
                .handler(
                    new ChannelInitializer<Channel>() {
                      @Override
                      protected void initChannel(Channel c) {
                        channel = c;
                        addHandlers(c.pipeline());
                      }
                    })
                .connect(dialer.forTransport(proxy == null ? address : target));
        connect.addListener(
            done -> {
              if (!done.isSuccess()) {
                lost(this, dialer.explain(done.cause()));
              }
            });
      } catch (Throwable t) {
        lost(this, t);
      }
    }

    private void addHandlers(ChannelPipeline pipeline) {
      if (proxy != null) {
        proxy.addHandlers(pipeline, address);
      }
      pipeline.addLast("dialer", this);
    }

    void giveUp() {
      if (channel != null) {
        channel.close();
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      won(this, ctx.channel());
      ctx.fireChannelActive();
      ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      lost(this, proxy == null ? cause : proxy.explain(cause));
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      lost(this, new IOException("the connection to " + address + " was closed"));
      ctx.fireChannelInactive();
    }
  }
}
