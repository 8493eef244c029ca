package weir.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import weir.http.http2.Http2Config;
import weir.http.server.Http2Hooks;
import weir.http.server.Http2ServerConfig;
import weir.net.tls.Alpn;

/**
 * Which versions of HTTP a server speaks, and how the second one. Each method returns the object.
 *
 * <pre>{@code
 * HttpServer.builder().sslContext(context).http2(h -> h.versions("h2", "http/1.1"));
 * }</pre>
 */
public final class Http2Setup {

  private List<String> versions = List.of(Http2ServerConfig.HTTP_1);
  private boolean cleartext;
  private Http2Config limits = Http2Config.DEFAULT;
  private Http2Hooks hooks = Http2Hooks.NONE;
  private Consumer<ChannelPipeline> connection;
  private Consumer<ChannelPipeline> stream;

  Http2Setup() {}

  /**
   * Sets the versions, the preferred one first.
   *
   * @param names {@code "h2"} and {@code "http/1.1"}, as ALPN has them; the default is HTTP/1.1 alone
   * @throws IllegalArgumentException if there is none, or another, or one twice
   */
  public Http2Setup versions(String... names) {
    List<String> given = List.of(names);
    boolean known =
        given.stream()
            .allMatch(
                n -> n.equals(Http2ServerConfig.HTTP_1) || n.equals(Http2ServerConfig.HTTP_2));
    if (given.isEmpty() || !known || given.stream().distinct().count() < given.size()) {
      throw new IllegalArgumentException(
          "versions: " + given + " (expected: \"h2\" and \"http/1.1\", or one of them)");
    }
    versions = given;
    return this;
  }

  /**
   * Speaks HTTP/2 without TLS: with clients that begin with it, and with those that ask for an upgrade
   * from HTTP/1.1. Default: off.
   */
  public Http2Setup cleartext(boolean on) {
    cleartext = on;
    return this;
  }

  /** Sets what clients may do. */
  public Http2Setup limits(Http2Config newLimits) {
    limits = Objects.requireNonNull(newLimits, "limits");
    return this;
  }

  /** Sets what hears, on the event loop, that a client ends its connection. */
  public Http2Setup onGoAway(BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> hook) {
    Objects.requireNonNull(hook, "hook");
    hooks = new Http2Hooks(hook, hooks.onStreamGoAway(), hooks.onReset());
    return this;
  }

  /** Sets what hears the same for each stream that the client says it will not serve. */
  public Http2Setup onStreamGoAway(BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> hook) {
    Objects.requireNonNull(hook, "hook");
    hooks = new Http2Hooks(hooks.onGoAway(), hook, hooks.onReset());
    return this;
  }

  /** Sets what hears, on the event loop, that a client has reset a stream. */
  public Http2Setup onReset(BiConsumer<ChannelHandlerContext, Http2ResetFrame> hook) {
    Objects.requireNonNull(hook, "hook");
    hooks = new Http2Hooks(hooks.onGoAway(), hooks.onStreamGoAway(), hook);
    return this;
  }

  /** Changes each HTTP/2 connection's pipeline after all handlers are in it. */
  public Http2Setup pipeline(Consumer<ChannelPipeline> transform) {
    connection = Objects.requireNonNull(transform, "transform");
    return this;
  }

  /** Changes each stream's pipeline after all handlers are in it. */
  public Http2Setup streamPipeline(Consumer<ChannelPipeline> transform) {
    stream = Objects.requireNonNull(transform, "transform");
    return this;
  }

  /**
   * Returns the config, if it goes together with the rest.
   *
   * @param context with which the server ends TLS itself, or null
   * @param manualTls whether the user's pipeline does
   * @throws IllegalArgumentException if it does not
   */
  Http2ServerConfig build(SslContext context, boolean manualTls) {
    boolean tls = context != null;
    Http2ServerConfig config =
        new Http2ServerConfig(versions, cleartext, limits, hooks, connection, stream);
    if (cleartext && !config.isOn()) {
      throw new IllegalArgumentException("use-h2c? may only be true when HTTP/2 is enabled.");
    }
    if (cleartext && tls) {
      throw new IllegalArgumentException("use-h2c? must not be true when ssl-context is given.");
    }
    if (config.isOn() && !tls && !manualTls && !cleartext) {
      throw new IllegalArgumentException(
          "HTTP/2 requires passing an ssl-context or manual-ssl? true. Alternatively, pass use-h2c?"
              + " true to disable TLS.");
    }
    if (tls && config.isOn()) {
      Alpn.check(context, versions);
    }
    return config;
  }
}
