package weir.net.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server's context, of OpenSSL, that staples an OCSP response to its certificate (RFC 6066 §8). */
final class StaplingContext extends WrappedContext {

  private static final Logger LOG = LoggerFactory.getLogger(StaplingContext.class);

  private final SslContext context;
  private final Supplier<byte[]> responses;

  StaplingContext(SslContext context, Supplier<byte[]> responses) {
    this.context = context;
    this.responses = responses;
  }

  @Override
  SslContext current() {
    return context;
  }

  @Override
  void prepare(SSLEngine engine) {
    try {
      byte[] response = responses.get();
      if (response != null) {
        ((ReferenceCountedOpenSslEngine) engine).setOcspResponse(response);
      }
    } catch (RuntimeException e) {
      LOG.warn("a handshake goes on without an OCSP response: there is none", e);
    }
  }
}
