package weir.http.websocket;

import static weir.options.Arguments.notNegative;
import static weir.options.Arguments.positive;

import io.netty.channel.ChannelPipeline;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/** How a WebSocket connection behaves, on either side. Immutable; {@link #DEFAULT} has no extras. */
public final class WebSocketConfig {

  /** Largest payload of one frame: 64 KiB. */
  public static final int DEFAULT_MAX_FRAME_BYTES = 64 * 1024;

  /** Largest message of several frames, or after decompression: 1 MiB. */
  public static final int DEFAULT_MAX_MESSAGE_BYTES = 1024 * 1024;

  /** How long the peer may take to answer a Close, and a server to close the connection: 10 s. */
  public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** Pings are sent when nothing moved for so long, if they are asked for: 30 s. */
  public static final Duration DEFAULT_PING_AFTER_IDLE = Duration.ofSeconds(30);

  /** All defaults. */
  public static final WebSocketConfig DEFAULT = builder().build();

  private final int maxFrameBytes;
  private final int maxMessageBytes;
  private final boolean anyReservedBits;
  private final boolean rawFrames;
  private final DeflateConfig deflate;
  private final Duration closeTimeout;
  private final Duration idleTimeout;
  private final Duration pingAfterIdle;
  private final Duration pongTimeout;
  private final byte[] pingPayload;
  private final Consumer<ChannelPipeline> pipeline;

  private WebSocketConfig(Builder b) {
    maxFrameBytes = b.maxFrameBytes;
    maxMessageBytes = b.maxMessageBytes;
    anyReservedBits = b.anyReservedBits;
    rawFrames = b.rawFrames;
    deflate = b.deflate;
    closeTimeout = b.closeTimeout;
    idleTimeout = b.idleTimeout;
    pingAfterIdle = b.pingAfterIdle;
    pongTimeout = b.pongTimeout;
    pingPayload = b.pingPayload;
    pipeline = b.pipeline;
  }

  private WebSocketConfig(WebSocketConfig c, Duration idleTimeout) {
    maxFrameBytes = c.maxFrameBytes;
    maxMessageBytes = c.maxMessageBytes;
    anyReservedBits = c.anyReservedBits;
    rawFrames = c.rawFrames;
    deflate = c.deflate;
    closeTimeout = c.closeTimeout;
    this.idleTimeout = idleTimeout;
    pingAfterIdle = c.pingAfterIdle;
    pongTimeout = c.pongTimeout;
    pingPayload = c.pingPayload;
    pipeline = c.pipeline;
  }

  /** Returns a builder with all defaults. */
  public static Builder builder() {
    return new Builder();
  }

  int maxFrameBytes() {
    return maxFrameBytes;
  }

  int maxMessageBytes() {
    return maxMessageBytes;
  }

  boolean anyReservedBits() {
    return anyReservedBits;
  }

  boolean rawFrames() {
    return rawFrames;
  }

  /** Returns what is wanted of permessage-deflate, or null. */
  public DeflateConfig deflate() {
    return deflate;
  }

  Duration closeTimeout() {
    return closeTimeout;
  }

  Duration idleTimeout() {
    return idleTimeout;
  }

  /** Returns this config, with an idle timeout if it has none. */
  WebSocketConfig withIdleTimeout(Duration timeout) {
    if (idleTimeout != null || timeout.isZero()) {
      return this;
    }
    return new WebSocketConfig(this, timeout);
  }

  Duration pingAfterIdle() {
    return pingAfterIdle;
  }

  Duration pongTimeout() {
    return pongTimeout;
  }

  byte[] pingPayload() {
    return pingPayload;
  }

  Consumer<ChannelPipeline> pipeline() {
    return pipeline;
  }

  /** Options. Each method returns the builder. */
  public static final class Builder {
    private int maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
    private int maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES;
    private boolean anyReservedBits;
    private boolean rawFrames;
    private DeflateConfig deflate;
    private Duration closeTimeout = DEFAULT_CLOSE_TIMEOUT;
    private Duration idleTimeout;
    private Duration pingAfterIdle;
    private Duration pongTimeout = Duration.ZERO;
    private byte[] pingPayload = {};
    private Consumer<ChannelPipeline> pipeline;

    private Builder() {}

    /** Sets the largest payload of a frame; a larger one ends the connection with 1009. */
    public Builder maxFrameBytes(int n) {
      maxFrameBytes = positive("maxFrameBytes", n);
      return this;
    }

    /**
     * Sets the largest message of several frames, and the largest after decompression; a larger one
     * ends the connection with 1009.
     */
    public Builder maxMessageBytes(int n) {
      maxMessageBytes = positive("maxMessageBytes", n);
      return this;
    }

    /** Accepts reserved bits that no known extension gives a meaning. Default: off. */
    public Builder anyReservedBits(boolean on) {
      anyReservedBits = on;
      return this;
    }

    /** Hands on each frame as it comes instead of messages, decompressed. Default: off. */
    public Builder rawFrames(boolean on) {
      rawFrames = on;
      return this;
    }

    /** Wants permessage-deflate; null, the default, does not. */
    public Builder deflate(DeflateConfig config) {
      deflate = config;
      return this;
    }

    /** Sets how long the peer may take to answer a Close. */
    public Builder closeTimeout(Duration timeout) {
      closeTimeout = notNegative("closeTimeout", timeout);
      return this;
    }

    /**
     * Closes with 1001 when nothing moved for so long; zero is never. The default is the server's idle
     * timeout, and never for clients.
     */
    public Builder idleTimeout(Duration timeout) {
      idleTimeout = notNegative("idleTimeout", timeout);
      return this;
    }

    /**
     * Sends a PING when nothing moved for so long.
     *
     * @param afterIdle above zero
     * @param payload at most 125 bytes
     * @param timeout if no PONG comes in that time the connection is cut; zero is no limit
     */
    public Builder heartbeats(Duration afterIdle, byte[] payload, Duration timeout) {
      if (afterIdle.isNegative() || afterIdle.isZero()) {
        throw new IllegalArgumentException("afterIdle: " + afterIdle + " (expected: above zero)");
      }
      pingAfterIdle = afterIdle;
      pingPayload = Opcode.checkControl(payload.clone());
      pongTimeout = notNegative("timeout", timeout);
      return this;
    }

    /**
     * Changes the pipeline after the handshake. Frames then pass through it as Netty's objects, in
     * both directions.
     */
    public Builder pipeline(Consumer<ChannelPipeline> transform) {
      pipeline = Objects.requireNonNull(transform, "transform");
      return this;
    }

    /** Makes the config. */
    public WebSocketConfig build() {
      return new WebSocketConfig(this);
    }
  }
}
