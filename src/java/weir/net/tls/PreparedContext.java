package weir.net.tls;

import io.netty.handler.ssl.SslContext;
import java.util.Objects;
import javax.net.ssl.SSLEngine;

/** A client's context whose engines a program sets up before each handshake. */
public final class PreparedContext extends WrappedContext {

  /** Sets an engine up; called on an event loop, and what it throws fails the connection. */
  @FunctionalInterface
  public interface Setup {

    /**
     * Changes an engine that has all defaults by now.
     *
     * @param host whom it speaks to, a proxy maybe
     */
    void prepare(SSLEngine engine, String host, int port);
  }

  private final SslContext context;
  private final Setup setup;

  /** Creates a context that makes engines as {@code context} does. */
  public PreparedContext(SslContext context, Setup setup) {
    this.context = Objects.requireNonNull(context, "context");
    this.setup = Objects.requireNonNull(setup, "setup");
  }

  @Override
  SslContext current() {
    return context;
  }

  void prepare(SSLEngine engine, String host, int port) {
    setup.prepare(engine, host, port);
  }
}
