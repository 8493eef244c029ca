package weir.http.http2;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameLogger;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import weir.http.Priority;

/**
 * Makes the handlers that turn the bytes of a connection into frames, and frames into one channel for
 * each stream. The codec sees to the order of fields and to the length of bodies; what a field section
 * may have is checked by who reads it: {@link RequestFields} and its like.
 */
public final class FrameCodecs {

  /** What counts frames, in pipelines. */
  public static final String GUARD = "http2-guard";

  /** What gathers small responses, in pipelines of servers. */
  public static final String BATCH = "http2-batch";

  /** The codec's name in pipelines. */
  public static final String CODEC = "http2-frame-codec";

  /** The name of what makes channels of streams. */
  public static final String MULTIPLEX = "multiplex";

  /** Until streams have ended of a connection that was closed: whoever closes it has waited before. */
  private static final long GRACE_MILLIS = 1000;

  private FrameCodecs() {}

  /**
   * Returns a codec for a connection.
   *
   * @param headerBytes the largest field section, unless the config has a limit
   * @param logger logs each frame, or null
   */
  public static Http2FrameCodec create(
      boolean server, Http2Config config, long headerBytes, Http2FrameLogger logger) {
    Http2FrameCodecBuilder builder = server ? new ForServer(config) : new ForClient(config);
    builder
        .initialSettings(config.initial(server, headerBytes))
        .validateHeaders(true) // what it refuses ends a stream before anybody hears of it
        .gracefulShutdownTimeoutMillis(GRACE_MILLIS)
        .encoderEnforceMaxQueuedControlFrames(config.maxWaitingAcks())
        .decoderEnforceMaxConsecutiveEmptyDataFrames(0) // the guard counts them, and others
        .decoderEnforceMaxRstFramesPerWindow(
            config.maxResets(), (int) Http2Config.RESET_SPAN.toSeconds())
        .encoderEnforceMaxRstFramesPerWindow(
            config.maxResets(), (int) Http2Config.RESET_SPAN.toSeconds())
        .decoderEnforceMaxSmallContinuationFrames(config.maxContinuations());
    // A limit is advice (RFC 9113 §6.5.2), and servers answer what is over it.
    builder.encoderIgnoreMaxHeaderListSize(true);
    if (!server) { // streams wait rather than fail, and programs may cancel as many as they like
      builder
          .encoderEnforceMaxConcurrentStreams(true)
          .headerSensitivityDetector((name, value) -> FieldRules.isSecret(name))
          .decoderEnforceMaxRstFramesPerWindow(0, 0)
          .encoderEnforceMaxRstFramesPerWindow(0, 0);
    }
    if (logger != null) {
      builder.frameLogger(logger);
    }
    return builder.build();
  }

  private static Http2Connection connection(boolean server, Http2Config config) {
    Http2Connection connection = new DefaultHttp2Connection(server);
    connection
        .local()
        .flowController(new ReceiveWindows(connection, config.unread(), config.firstWindow()));
    return connection;
  }

  /** Builds codecs that send the most urgent first. */
  private static final class ForServer extends Http2FrameCodecBuilder {
    private final int maxStreams;
    private final PrioritizedSending sending;

    ForServer(Http2Config config) {
      maxStreams = config.maxConcurrentStreams();
      Http2Connection connection = FrameCodecs.connection(true, config);
      sending = new PrioritizedSending(connection);
      connection.remote().flowController(sending);
      connection(connection);
    }

    @Override
    protected Http2FrameCodec build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial) {
      Http2ConnectionDecoder reading = new PriorityUpdates(decoder, sending, maxStreams);
      Http2ConnectionDecoder limiting = new StreamLimit(reading, encoder, maxStreams);
      return super.build(new LateFrames(limiting), encoder, initial);
    }
  }

  private static final class ForClient extends Http2FrameCodecBuilder {
    ForClient(Http2Config config) {
      connection(FrameCodecs.connection(false, config));
    }

    @Override
    protected Http2FrameCodec build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial) {
      return super.build(new LateFrames(decoder), encoder, initial);
    }
  }

  /**
   * A client has said how urgent a response is.
   *
   * @param codec a server's
   */
  public static void prioritize(Http2FrameCodec codec, int streamId, Priority priority) {
    ((PrioritizedSending) codec.connection().remote().flowController())
        .prioritize(streamId, priority);
  }

  /**
   * Adds guard, codec and multiplexer to the end of a pipeline; on a server, with what gathers small
   * responses.
   *
   * @param onStream is added to the channel of each stream that the peer opens
   * @param onUpgrade the same for the stream of a request that was sent in HTTP/1, on the client; or
   *     null
   */
  public static void addTo(
      ChannelPipeline pipeline,
      FrameGuard guard,
      Http2FrameCodec codec,
      ChannelHandler onStream,
      ChannelHandler onUpgrade) {
    pipeline.addLast(GUARD, guard);
    FrameBatch batch = FrameBatch.of(codec);
    if (batch != null) {
      pipeline.addLast(BATCH, batch);
    }
    pipeline.addLast(CODEC, codec);
    pipeline.addLast(MULTIPLEX, new Http2MultiplexHandler(onStream, onUpgrade));
  }

  /**
   * Opens the window of the whole connection as wide as the config says: it is not one of the settings
   * (RFC 9113 §6.9.2). To be called when the codec is in the pipeline of an active channel.
   */
  public static void openWindow(Http2FrameCodec codec, Http2Config config) throws Http2Exception {
    Http2Connection connection = codec.connection();
    ReceiveWindows windows = (ReceiveWindows) connection.local().flowController();
    int wide = (int) Math.min(config.connectionWindowBytes(), config.unread().free());
    if (wide > windows.windowSize(connection.connectionStream())) {
      windows.resize(connection.connectionStream(), wide);
    }
  }
}
