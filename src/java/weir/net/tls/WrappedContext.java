package weir.net.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/** A context that asks another one, which may change from one handshake to the next. */
abstract class WrappedContext extends SslContext {

  /** Returns the context in use. */
  abstract SslContext current();

  /** Does what the context in use cannot do itself for a connection. */
  void prepare(SSLEngine engine) {}

  private SslHandler prepared(SslHandler handler) {
    prepare(handler.engine());
    return handler;
  }

  private SSLEngine prepared(SSLEngine engine) {
    prepare(engine);
    return engine;
  }

  @Override
  public final boolean isClient() {
    return current().isClient();
  }

  @Override
  public final List<String> cipherSuites() {
    return current().cipherSuites();
  }

  @Override
  public final long sessionCacheSize() {
    return current().sessionCacheSize();
  }

  @Override
  public final long sessionTimeout() {
    return current().sessionTimeout();
  }

  @Override
  @SuppressWarnings("deprecation") // no other way to say what is negotiated
  public final io.netty.handler.ssl.ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return current().applicationProtocolNegotiator();
  }

  @Override
  public final SSLEngine newEngine(ByteBufAllocator alloc) {
    return prepared(current().newEngine(alloc));
  }

  @Override
  public final SSLEngine newEngine(ByteBufAllocator alloc, String host, int port) {
    return prepared(current().newEngine(alloc, host, port));
  }

  @Override
  public final SSLSessionContext sessionContext() {
    return current().sessionContext();
  }

  // The context in use knows itself whether it starts in the clear.

  @Override
  protected final SslHandler newHandler(ByteBufAllocator alloc, boolean startTls) {
    return prepared(current().newHandler(alloc));
  }

  @Override
  protected final SslHandler newHandler(
      ByteBufAllocator alloc, boolean startTls, Executor executor) {
    return prepared(current().newHandler(alloc, executor));
  }

  @Override
  protected final SslHandler newHandler(
      ByteBufAllocator alloc, String host, int port, boolean startTls) {
    return prepared(current().newHandler(alloc, host, port));
  }

  @Override
  protected final SslHandler newHandler(
      ByteBufAllocator alloc, String host, int port, boolean startTls, Executor executor) {
    return prepared(current().newHandler(alloc, host, port, executor));
  }
}
