package weir.net;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import weir.executor.Pools;

/**
 * Resolves names as the JDK does, its cache and {@code hosts} file included, but never on an event
 * loop: the JDK blocks.
 */
public final class JdkResolvers extends AddressResolverGroup<InetSocketAddress> {

  /** The one of the process; never closed. */
  public static final JdkResolvers INSTANCE = new JdkResolvers();

  private JdkResolvers() {}

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new Names(executor).asAddressResolver();
  }

  private static final class Names extends InetNameResolver {

    Names(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String name, Promise<InetAddress> promise) {
      Pools.waitPool()
          .execute(
              () -> {
                try {
                  promise.trySuccess(InetAddress.getByName(name));
                } catch (UnknownHostException | RuntimeException e) {
                  promise.tryFailure(e);
                }
              });
    }

    @Override
    protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
      Pools.waitPool()
          .execute(
              () -> {
                try {
                  promise.trySuccess(List.of(InetAddress.getAllByName(name)));
                } catch (UnknownHostException | RuntimeException e) {
                  promise.tryFailure(e);
                }
              });
    }
  }
}
