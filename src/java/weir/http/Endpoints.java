package weir.http;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * The two addresses of a connection, captured while it was open, with their textual forms.
 *
 * <p>One object per connection, shared by its requests; the texts are made once, when first asked
 * for. Never asks a name service. Safe for use by any thread.
 */
public final class Endpoints {
  /** The {@link #remoteHost} of a peer without an IP address, such as a UNIX domain socket. */
  public static final String UNIX_PEER = "unix:";

  /** The {@link #localHost} of a socket without an IP address. */
  public static final String UNIX_HOST = "localhost";

  private final SocketAddress local;
  private final SocketAddress remote;
  private final boolean told;
  private String localHost; // racy, but every thread computes an equal one
  private String remoteHost; // likewise

  /**
   * Creates a pair of addresses.
   *
   * @param local the address of this side, or null when unknown
   * @param remote the address of the peer, or null when unknown
   */
  public Endpoints(SocketAddress local, SocketAddress remote) {
    this(local, remote, false);
  }

  private Endpoints(SocketAddress local, SocketAddress remote, boolean told) {
    this.local = local;
    this.remote = remote;
    this.told = told;
  }

  /** Returns the addresses that a proxy has told by the PROXY protocol, instead of its own. */
  public static Endpoints told(SocketAddress local, SocketAddress remote) {
    return new Endpoints(local, remote, true);
  }

  /** Returns whether these are what a proxy has told by the PROXY protocol. */
  public boolean areTold() {
    return told;
  }

  /** Captures the addresses of a channel; to be called while it is open. */
  public static Endpoints of(Channel channel) {
    return new Endpoints(channel.localAddress(), channel.remoteAddress());
  }

  /** Returns the address of this side, or null. */
  public SocketAddress local() {
    return local;
  }

  /** Returns the address of the peer, or null. */
  public SocketAddress remote() {
    return remote;
  }

  /**
   * Returns this side's host: its name if the address came with one, else the numeric form; {@value
   * #UNIX_HOST} for a socket without an IP address.
   */
  public String localHost() {
    String host = localHost;
    if (host == null) {
      host =
          local instanceof InetSocketAddress
              ? ((InetSocketAddress) local).getHostString()
              : UNIX_HOST;
      localHost = host;
    }
    return host;
  }

  /** Returns this side's port, 0 for a socket without one. */
  public int localPort() {
    return local instanceof InetSocketAddress ? ((InetSocketAddress) local).getPort() : 0;
  }

  /** Returns the peer's numeric address; {@value #UNIX_PEER} for a socket without an IP address. */
  public String remoteHost() {
    String host = remoteHost;
    if (host == null) {
      host = remote instanceof InetSocketAddress ? numeric((InetSocketAddress) remote) : UNIX_PEER;
      remoteHost = host;
    }
    return host;
  }

  private static String numeric(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    return ip == null ? address.getHostString() : ip.getHostAddress();
  }
}
