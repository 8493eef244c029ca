package weir.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RFC 8305 on addresses of the loopback network, one of which is a black hole. */
@Timeout(60)
class RaceTest {

  private static InetAddress address(String literal) throws IOException {
    return InetAddress.getByName(literal);
  }

  /** Resolves every name to these. */
  private static final class Fixed extends AddressResolverGroup<InetSocketAddress> {
    private final List<InetAddress> addresses;

    Fixed(List<InetAddress> addresses) {
      this.addresses = addresses;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
      return new InetNameResolver(executor) {
        @Override
        protected void doResolve(String name, Promise<InetAddress> promise) {
          promise.setSuccess(addresses.get(0));
        }

        @Override
        protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
          promise.setSuccess(addresses);
        }
      }.asAddressResolver();
    }
  }

  /** Listens, but with a full queue: what asks for a connection gets no answer at all. */
  private static final class BlackHole implements AutoCloseable {
    private final ServerSocket listening;
    private final List<Socket> queued = new ArrayList<>();

    BlackHole(InetAddress at) throws IOException {
      listening = new ServerSocket(0, 1, at);
      while (queue()) {
        assertTrue(queued.size() < 100, "the queue is never full");
      }
    }

    private boolean queue() throws IOException {
      Socket socket = new Socket();
      queued.add(socket);
      try {
        socket.connect(listening.getLocalSocketAddress(), 200);
        return true;
      } catch (SocketTimeoutException full) {
        return false;
      }
    }

    int port() {
      return listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      for (Socket each : queued) {
        each.close();
      }
      listening.close();
    }
  }

  private static CompletableFuture<Channel> dial(int port, List<InetAddress> addresses) {
    Dialer dialer =
        new Dialer(
            new Dialer.Options(
                Transport.best(), new Fixed(addresses), Duration.ofSeconds(30), null, b -> {}));
    CompletableFuture<Channel> connected = new CompletableFuture<>();
    dialer.dial(
        InetSocketAddress.createUnresolved("two.test", port),
        null,
        new Dialer.Caller() {
          @Override
          public void connected(Channel channel) {
            connected.complete(channel);
          }

          @Override
          public void failed(Throwable cause) {
            connected.completeExceptionally(cause);
          }
        });
    return connected;
  }

  private static SocketAddress winner(CompletableFuture<Channel> connected) throws Exception {
    Channel channel = connected.get(20, TimeUnit.SECONDS);
    SocketAddress remote = channel.remoteAddress();
    channel.close().sync();
    return remote;
  }

  @Test
  void theNextAddressIsTriedBesideASilentOneAfterTheDelay() throws Exception {
    InetAddress silent = address("127.0.0.2");
    InetAddress good = address("127.0.0.3");
    try (BlackHole hole = new BlackHole(silent);
        ServerSocket server = new ServerSocket(hole.port(), 10, good)) {
      long begun = System.nanoTime();
      assertEquals(
          new InetSocketAddress(good, server.getLocalPort()),
          winner(dial(hole.port(), List.of(silent, good))));
      // Long before the silent one's timeout of 30 s, but a timer is never early.
      long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      assertTrue(passed >= Dialer.ATTEMPT_DELAY_MILLIS, passed + " ms");
    }
  }

  @Test
  void aRefusalIsNotWaitedFor() throws Exception {
    InetAddress good = address("127.0.0.3");
    try (ServerSocket server = new ServerSocket(0, 10, good)) {
      assertEquals(
          new InetSocketAddress(good, server.getLocalPort()),
          winner(
              dial(
                  server.getLocalPort(),
                  List.of(address("127.0.0.4"), address("127.0.0.5"), good))));
    }
  }

  @Test
  void theFamiliesTakeTurns() throws Exception {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String each : List.of("::1", "::2", "127.0.0.1", "127.0.0.2", "::3")) {
      addresses.add(new InetSocketAddress(address(each), 1));
    }
    List<Boolean> ipv6 = new ArrayList<>();
    for (SocketAddress each : Race.interleaved(addresses)) {
      ipv6.add(((InetSocketAddress) each).getAddress() instanceof Inet6Address);
    }
    assertEquals(List.of(true, false, true, false, true), ipv6);
  }
}
