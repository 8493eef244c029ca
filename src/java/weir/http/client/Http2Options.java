package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import weir.http.http2.Http2Config;

/**
 * What a client's connections of HTTP/2 (RFC 9113) are like. Nothing has to be set.
 *
 * <pre>{@code
 * HttpClient.builder().http2(Http2Options.builder().pingInterval(Duration.ofSeconds(20)).build());
 * }</pre>
 */
public final class Http2Options {

  /**
   * Bytes of one response that may be on their way, or wait unread, before it is known how long the way
   * is: 64 MiB, or less when much waits unread already.
   */
  public static final int DEFAULT_STREAM_WINDOW_BYTES = 64 << 20;

  /**
   * The same once it is known, as long as the program reads as fast as the server sends: 128 MiB. A
   * window is what comes at most within one round trip, so that a smaller one slows down large bodies
   * from afar.
   */
  public static final int DEFAULT_MAX_WINDOW_BYTES = 128 << 20;

  /**
   * Bytes of all responses of a connection that may be on their way, or wait unread: 256 MiB, so that
   * many that nobody reads do not hold up the others.
   */
  public static final int DEFAULT_CONNECTION_WINDOW_BYTES = 256 << 20;

  /** Largest frame of a server: 64 KiB, for each frame of a large body costs both sides some time. */
  public static final int DEFAULT_MAX_FRAME_BYTES = 64 << 10;

  /**
   * Frames that carry no message within 10 seconds: 100,000, for there are servers that measure the way
   * by a PING for each burst of data.
   */
  public static final int DEFAULT_MAX_CONTROL_FRAMES = 100_000;

  /** How long the answer to a PING may take: 20 s. */
  public static final Duration DEFAULT_PING_TIMEOUT = Duration.ofSeconds(20);

  private static final int LEAST_WINDOW_BYTES = 65_535;

  private static final Http2Options DEFAULTS = builder().build();

  private final Http2Config config;
  private final Duration pingInterval;
  private final Duration pingTimeout;
  private final BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> onGoAway;
  private final BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> onStreamGoAway;
  private final BiConsumer<ChannelHandlerContext, Http2ResetFrame> onReset;
  private final Consumer<ChannelPipeline> connectionPipeline;
  private final Consumer<ChannelPipeline> streamPipeline;

  private Http2Options(Builder b) {
    config = b.config;
    pingInterval = b.pingInterval;
    pingTimeout = b.pingTimeout;
    onGoAway = b.onGoAway;
    onStreamGoAway = b.onStreamGoAway;
    onReset = b.onReset;
    connectionPipeline = b.connectionPipeline;
    streamPipeline = b.streamPipeline;
  }

  /** Returns those in which nothing is set. */
  public static Http2Options defaults() {
    return DEFAULTS;
  }

  /** Returns a builder. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder of what a server is told and what it may do, with the windows of clients, for
   * {@link Builder#config}.
   */
  public static Http2Config.Builder configBuilder() {
    return Http2Config.builder()
        .maxFrameBytes(DEFAULT_MAX_FRAME_BYTES)
        .streamWindowBytes(DEFAULT_STREAM_WINDOW_BYTES)
        .maxWindowBytes(DEFAULT_MAX_WINDOW_BYTES)
        .connectionWindowBytes(DEFAULT_CONNECTION_WINDOW_BYTES)
        .maxConnectionWindowBytes(LEAST_WINDOW_BYTES) // that of the connection stays as it is
        .maxControlFrames(DEFAULT_MAX_CONTROL_FRAMES);
  }

  Http2Config config() {
    return config;
  }

  /** Returns after how long a silence the server is asked whether it is there; zero for never. */
  Duration pingInterval() {
    return pingInterval;
  }

  Duration pingTimeout() {
    return pingTimeout;
  }

  BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> onGoAway() {
    return onGoAway;
  }

  BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> onStreamGoAway() {
    return onStreamGoAway;
  }

  BiConsumer<ChannelHandlerContext, Http2ResetFrame> onReset() {
    return onReset;
  }

  Consumer<ChannelPipeline> connectionPipeline() {
    return connectionPipeline;
  }

  Consumer<ChannelPipeline> streamPipeline() {
    return streamPipeline;
  }

  /** What may be set. Each method returns the builder. */
  public static final class Builder {
    private Http2Config config = configBuilder().build();
    private Duration pingInterval = Duration.ZERO;
    private Duration pingTimeout = DEFAULT_PING_TIMEOUT;
    private BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> onGoAway = (ctx, frame) -> {};
    private BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> onStreamGoAway = (ctx, frame) -> {};
    private BiConsumer<ChannelHandlerContext, Http2ResetFrame> onReset = (ctx, frame) -> {};
    private Consumer<ChannelPipeline> connectionPipeline = p -> {};
    private Consumer<ChannelPipeline> streamPipeline = p -> {};

    private Builder() {}

    /** Sets what servers are told and what they may do; see {@link Http2Options#configBuilder}. */
    public Builder config(Http2Config newConfig) {
      if (Boolean.TRUE.equals(newConfig.settings().pushEnabled())) {
        throw new IllegalArgumentException(
            "http2-settings: push is enabled (expected: not, for nobody takes what is pushed)");
      }
      config = newConfig;
      return this;
    }

    /**
     * Asks the server by a PING whether it is there when it has said nothing for so long, and closes the
     * connection if there is no answer. Zero, the default, does not.
     */
    public Builder pingInterval(Duration interval) {
      if (interval.isNegative()) {
        throw new IllegalArgumentException("pingInterval: " + interval + " (expected: 0 or more)");
      }
      pingInterval = interval;
      return this;
    }

    /** Sets how long the answer to a PING may take. Default: {@link #DEFAULT_PING_TIMEOUT}. */
    public Builder pingTimeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("pingTimeout: " + timeout + " (expected: above zero)");
      }
      pingTimeout = timeout;
      return this;
    }

    /** Is told of each GOAWAY, with the context of the connection. It must not block. */
    public Builder onGoAway(BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> handler) {
      onGoAway = Objects.requireNonNull(handler, "handler");
      return this;
    }

    /** Is told, with the context of a stream, of a GOAWAY after which the server ignores it. */
    public Builder onStreamGoAway(BiConsumer<ChannelHandlerContext, Http2GoAwayFrame> handler) {
      onStreamGoAway = Objects.requireNonNull(handler, "handler");
      return this;
    }

    /** Is told, with the context of a stream, that the server has reset it. It must not block. */
    public Builder onReset(BiConsumer<ChannelHandlerContext, Http2ResetFrame> handler) {
      onReset = Objects.requireNonNull(handler, "handler");
      return this;
    }

    /** Changes each connection's pipeline after all handlers are in it. */
    public Builder connectionPipeline(Consumer<ChannelPipeline> transform) {
      connectionPipeline = Objects.requireNonNull(transform, "transform");
      return this;
    }

    /** Changes each stream's pipeline after all handlers are in it. */
    public Builder streamPipeline(Consumer<ChannelPipeline> transform) {
      streamPipeline = Objects.requireNonNull(transform, "transform");
      return this;
    }

    /** Makes the options. */
    public Http2Options build() {
      return new Http2Options(this);
    }
  }
}
