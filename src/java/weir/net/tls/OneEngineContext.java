package weir.net.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/** A client's context with one engine, which somebody has made for the one connection it is good for. */
final class OneEngineContext extends SslContext {

  private final AtomicReference<SSLEngine> unused;
  private final List<String> ciphers;

  OneEngineContext(SSLEngine engine) {
    engine.setUseClientMode(true);
    this.unused = new AtomicReference<>(engine);
    this.ciphers = List.of(engine.getEnabledCipherSuites());
  }

  @Override
  public boolean isClient() {
    return true;
  }

  @Override
  public List<String> cipherSuites() {
    return ciphers;
  }

  @Override
  @SuppressWarnings("deprecation") // no other way to say that nothing is negotiated
  public io.netty.handler.ssl.ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return List::of;
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator alloc) {
    SSLEngine engine = unused.getAndSet(null);
    if (engine == null) {
      throw new IllegalStateException(
          "the SSLEngine was used for a connection, and serves no other (expected: one that"
              + " make-ssl-engine has made, or a new one for each connection)");
    }
    return engine;
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator alloc, String host, int port) {
    return newEngine(alloc);
  }

  /** Nothing is resumed. */
  @Override
  public SSLSessionContext sessionContext() {
    return null;
  }
}
