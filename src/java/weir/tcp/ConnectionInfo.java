package weir.tcp;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLSession;

/**
 * What a server knows of a connection, captured when it was made.
 *
 * @param serverName the host of the address that the client connected to
 * @param serverPort its port, or -1
 * @param remoteAddr the client's numeric address, or null if it has none
 * @param sslSession the session of TLS, or null
 * @param remoteAddress the client's address
 * @param channel the channel
 */
public record ConnectionInfo(
    String serverName,
    int serverPort,
    String remoteAddr,
    SSLSession sslSession,
    SocketAddress remoteAddress,
    Channel channel) {

  static ConnectionInfo of(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    InetSocketAddress local = inet(channel.localAddress());
    InetSocketAddress remote = inet(channel.remoteAddress());
    return new ConnectionInfo(
        local == null ? null : local.getHostString(),
        local == null ? -1 : local.getPort(),
        remote == null || remote.getAddress() == null ? null : remote.getAddress().getHostAddress(),
        tls == null ? null : tls.engine().getSession(),
        channel.remoteAddress(),
        channel);
  }

  private static InetSocketAddress inet(SocketAddress address) {
    return address instanceof InetSocketAddress a ? a : null;
  }
}
