package weir.net.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.function.Function;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.executor.Pools;

/** A context that knows others for some server names; on its own it is the one for all others. */
final class SniContext extends WrappedContext {

  private final SslContext other;
  private final Function<String, ?> byName;

  SniContext(SslContext other, Function<String, ?> byName) {
    this.other = other;
    this.byName = byName;
  }

  @Override
  SslContext current() {
    return other;
  }

  /** Finds the context of a server name; null is a client that sends none. */
  Future<SslContext> find(String name, EventExecutor loop) {
    if (name == null || name.isEmpty()) {
      return loop.newSucceededFuture(other);
    }
    if (byName instanceof ServerNames names) {
      return loop.newSucceededFuture(orOther(names.apply(name)));
    }
    Promise<SslContext> found = loop.newPromise();
    Pools.waitPool().execute(() -> ask(name, found));
    return found;
  }

  private SslContext orOther(Object chosen) {
    if (chosen == null) {
      return other;
    }
    if (chosen instanceof SslContext context && context.isServer()) {
      return context instanceof SniContext sni ? sni.other : context;
    }
    throw new IllegalArgumentException("sni: " + chosen + " (expected: a server's SslContext)");
  }

  private void ask(String name, Promise<SslContext> found) {
    try {
      Object chosen = byName.apply(name);
      if (chosen instanceof Deferred<?> later) {
        later.listen(new Chosen(found));
      } else {
        found.trySuccess(orOther(chosen));
      }
    } catch (Throwable t) {
      found.tryFailure(t);
    }
  }

  private final class Chosen extends Callback {
    private final Promise<SslContext> found;

    Chosen(Promise<SslContext> found) {
      this.found = found;
    }

    @Override
    protected void onSuccess(Object chosen) {
      try {
        found.trySuccess(orOther(chosen));
      } catch (IllegalArgumentException e) {
        found.tryFailure(e);
      }
    }

    @Override
    protected void onError(Object error) {
      found.tryFailure(
          error instanceof Throwable t ? t : new IllegalStateException(String.valueOf(error)));
    }
  }
}
