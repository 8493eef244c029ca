package weir.http.server;

import io.netty.channel.ChannelPipeline;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import weir.http.http2.Http2Config;

/**
 * Which versions of HTTP a server speaks, and how the second one.
 *
 * @param versions their names in ALPN, the preferred one first
 * @param cleartext whether HTTP/2 is spoken without TLS: to clients that know it, and to those that ask
 *     for an upgrade
 * @param limits what clients may do
 * @param hooks what hears of the end of streams and connections
 * @param connection called last for each connection's pipeline
 * @param stream called last for each stream's pipeline
 */
public record Http2ServerConfig(
    List<String> versions,
    boolean cleartext,
    Http2Config limits,
    Http2Hooks hooks,
    Consumer<ChannelPipeline> connection,
    Consumer<ChannelPipeline> stream) {

  /** The name of HTTP/1.1 in ALPN. */
  public static final String HTTP_1 = "http/1.1";

  /** The name of HTTP/2 in ALPN. */
  public static final String HTTP_2 = "h2";

  /** HTTP/1.1 alone. */
  public static final Http2ServerConfig OFF =
      new Http2ServerConfig(
          List.of(HTTP_1), false, Http2Config.DEFAULT, Http2Hooks.NONE, null, null);

  /** Creates a config; the consumers may be null. */
  public Http2ServerConfig {
    versions = List.copyOf(versions);
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(hooks, "hooks");
  }

  /** Returns whether HTTP/2 is spoken at all. */
  public boolean isOn() {
    return versions.contains(HTTP_2);
  }

  /** Returns whether HTTP/1.1 is spoken, too. */
  public boolean hasHttp1() {
    return versions.contains(HTTP_1);
  }
}
