package weir.http.server;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import weir.deferred.Deferred;
import weir.deferred.Functions;
import weir.http.ServerStats;
import weir.http.websocket.WebSocketSession;
import weir.net.TcpListener;

/** A server that listens. */
public final class RunningServer {

  private final ServerContext context;
  private final TcpListener listener;

  private RunningServer(ServerContext context, TcpListener listener) {
    this.context = context;
    this.listener = listener;
  }

  /**
   * Binds and serves; returns once the socket is bound.
   *
   * @throws java.net.BindException if the address is in use or not ours
   */
  public static RunningServer start(ServerConfig config, Application application) {
    ServerContext context = new ServerContext(config, application);
    try {
      return new RunningServer(
          context, TcpListener.bind(config.listening(), new ConnectionInitializer(context)));
    } catch (Throwable t) {
      context.dispatcher().shutdown();
      throw t;
    }
  }

  /** Returns the listening channel. */
  public Channel channel() {
    return listener.channel();
  }

  /** Returns the bound address. */
  public SocketAddress address() {
    return listener.address();
  }

  /** Returns the bound port, or -1. */
  public int port() {
    return listener.port();
  }

  /** Returns how many connections are open. */
  public int connections() {
    return listener.connections().size();
  }

  /** Returns what was counted, null if nothing is. */
  public ServerStats stats() {
    return context.stats(connections());
  }

  /** Returns the name of the transport. */
  public String transport() {
    return listener.transport().toString();
  }

  /** Returns what is realized when the server has stopped. */
  public Deferred<Boolean> stopped() {
    return listener.stopped();
  }

  /**
   * Stops: accepts nothing more, closes idle connections at once and busy ones after their responses,
   * which tell the client so.
   *
   * @param graceMillis after which what still runs is cut
   * @return true when every exchange has ended by itself
   */
  public Deferred<Boolean> shutdown(long graceMillis) {
    context.drain();
    Deferred<Boolean> stopped = listener.shutdown(graceMillis, RunningServer::drain);
    stopped.onRealized(
        Functions.of(x -> context.dispatcher().shutdown()),
        Functions.of(x -> context.dispatcher().shutdown()));
    return stopped;
  }

  private static void drain(Channel channel) {
    channel
        .eventLoop()
        .execute(
            () -> {
              Http1Connection connection = channel.pipeline().get(Http1Connection.class);
              Http2Connection http2 = channel.pipeline().get(Http2Connection.class);
              WebSocketSession socket = channel.pipeline().get(WebSocketSession.class);
              if (connection != null) {
                connection.drain();
              } else if (http2 != null) {
                http2.drain();
              } else if (socket != null) {
                socket.goAway();
              } else if (channel.pipeline().get(VersionByPreface.class) != null
                  || channel.pipeline().get(VersionByAlpn.class) != null) {
                channel.close();
              }
            });
  }
}
