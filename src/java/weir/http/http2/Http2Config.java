package weir.http.http2;

import static weir.options.Arguments.positive;

import io.netty.handler.codec.http2.Http2Settings;
import java.time.Duration;
import java.util.Objects;

/**
 * What one side of HTTP/2 allows its peers: windows, sizes, and how much of what carries no message it
 * puts up with. Immutable.
 *
 * @param maxConcurrentStreams streams that the peer may have open at once; more are refused
 * @param streamWindowBytes bytes of a body that may come before somebody has read them
 * @param connectionWindowBytes the same for all bodies of a connection together
 * @param maxWindowBytes how wide the window of a stream may grow while what comes is read as fast as
 *     the peer sends it
 * @param maxConnectionWindowBytes the same for that of the connection, which bounds what may wait unread
 *     of all bodies together
 * @param maxFrameBytes the largest frame that the peer may send
 * @param maxHeaderListBytes the largest field section that the peer may send, each field counted with
 *     32 bytes more; 0 for what {@code maxHeaderBytes} of HTTP/1 says
 * @param maxResets streams that may be reset within 30 seconds, by the peer, or by us for its faults
 * @param maxControlFrames frames that carry no message within 10 seconds: SETTINGS, PING, PRIORITY,
 *     PRIORITY_UPDATE, empty and unknown ones
 * @param maxWindowUpdates WINDOW_UPDATE frames within 10 seconds, beyond those that go with what we
 *     send
 * @param maxWaitingAcks answers to SETTINGS, PING and faults that may wait for the peer to read
 * @param maxContinuations small CONTINUATION frames in a row
 * @param unread bounds what waits unread on all connections that share it
 * @param settings more settings for the peer, which win; may be empty
 */
public record Http2Config(
    int maxConcurrentStreams,
    int streamWindowBytes,
    int connectionWindowBytes,
    int maxWindowBytes,
    int maxConnectionWindowBytes,
    int maxFrameBytes,
    long maxHeaderListBytes,
    int maxResets,
    int maxControlFrames,
    int maxWindowUpdates,
    int maxWaitingAcks,
    int maxContinuations,
    UnreadBudget unread,
    Http2Settings settings) {

  /** Streams that may be open at once: 128. */
  public static final int DEFAULT_MAX_CONCURRENT_STREAMS = 128;

  /** Bytes of a body before somebody has read them: 32 MiB. */
  public static final int DEFAULT_STREAM_WINDOW_BYTES = 32 * 1024 * 1024;

  /** Bytes of all bodies of a connection before somebody has read them: 128 MiB. */
  public static final int DEFAULT_CONNECTION_WINDOW_BYTES = 128 * 1024 * 1024;

  /** How wide the window of a stream may grow: 128 MiB. */
  public static final int DEFAULT_MAX_WINDOW_BYTES = 128 * 1024 * 1024;

  /** How wide the window of a connection may grow: 256 MiB. */
  public static final int DEFAULT_MAX_CONNECTION_WINDOW_BYTES = 256 * 1024 * 1024;

  /** Largest frame: 16 KiB, the least that there is. */
  public static final int DEFAULT_MAX_FRAME_BYTES = 16 * 1024;

  /** Streams reset within 30 seconds: 200. */
  public static final int DEFAULT_MAX_RESETS = 200;

  /** Frames that carry no message within 10 seconds: 1000. */
  public static final int DEFAULT_MAX_CONTROL_FRAMES = 1000;

  /** WINDOW_UPDATE frames within 10 seconds that nothing we send explains: 10,000. */
  public static final int DEFAULT_MAX_WINDOW_UPDATES = 10_000;

  /** Answers that wait for the peer to read: 1000. */
  public static final int DEFAULT_MAX_WAITING_ACKS = 1000;

  /** Small CONTINUATION frames in a row: 16. */
  public static final int DEFAULT_MAX_CONTINUATIONS = 16;

  /** The span of {@link #maxResets}. */
  static final Duration RESET_SPAN = Duration.ofSeconds(30);

  /** The span of {@link #maxControlFrames} and {@link #maxWindowUpdates}. */
  static final Duration CONTROL_SPAN = Duration.ofSeconds(10);

  private static final int LEAST_FRAME = 16 * 1024;
  private static final int LARGEST_FRAME = (1 << 24) - 1;
  private static final int LEAST_WINDOW = 65_535;

  /** What is used unless something is said. */
  public static final Http2Config DEFAULT = builder().build();

  /** Returns a builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns what the peer is told.
   *
   * @param server whether this is the side of the server
   * @param headerBytes the largest field section, unless this has a limit of its own
   */
  Http2Settings initial(boolean server, long headerBytes) {
    Http2Settings all = new Http2Settings();
    all.maxConcurrentStreams(server ? maxConcurrentStreams : 0);
    all.initialWindowSize(unread.first(streamWindowBytes));
    all.maxFrameSize(maxFrameBytes);
    all.maxHeaderListSize(maxHeaderListBytes > 0 ? maxHeaderListBytes : headerBytes);
    if (server) {
      all.connectProtocolEnabled(true); // RFC 8441 §3
      all.put(PriorityUpdates.NO_RFC7540_PRIORITIES, Long.valueOf(1)); // RFC 9218 §2.1
    } else {
      all.pushEnabled(false);
    }
    all.putAll(settings);
    return all;
  }

  /** Returns how much of a stream may come first, whatever has set it. */
  public int firstWindow() {
    Integer set = settings.initialWindowSize();
    return set == null ? streamWindowBytes : set;
  }

  /** What an {@link Http2Config} is made of. Each method returns the builder. */
  public static final class Builder {
    private int maxConcurrentStreams = DEFAULT_MAX_CONCURRENT_STREAMS;
    private int streamWindowBytes = DEFAULT_STREAM_WINDOW_BYTES;
    private int connectionWindowBytes = DEFAULT_CONNECTION_WINDOW_BYTES;
    private int maxWindowBytes = DEFAULT_MAX_WINDOW_BYTES;
    private int maxConnectionWindowBytes = DEFAULT_MAX_CONNECTION_WINDOW_BYTES;
    private int maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
    private long maxHeaderListBytes;
    private int maxResets = DEFAULT_MAX_RESETS;
    private int maxControlFrames = DEFAULT_MAX_CONTROL_FRAMES;
    private int maxWindowUpdates = DEFAULT_MAX_WINDOW_UPDATES;
    private int maxWaitingAcks = DEFAULT_MAX_WAITING_ACKS;
    private int maxContinuations = DEFAULT_MAX_CONTINUATIONS;
    private UnreadBudget unread = UnreadBudget.PROCESS;
    private Http2Settings settings = new Http2Settings();

    private Builder() {}

    /** Sets how many streams a peer may have open at once. */
    public Builder maxConcurrentStreams(int n) {
      maxConcurrentStreams = positive("maxConcurrentStreams", n);
      return this;
    }

    /** Sets how many bytes of a body may come before somebody has read them. */
    public Builder streamWindowBytes(int n) {
      streamWindowBytes = positive("streamWindowBytes", n);
      return this;
    }

    /** Sets the same for all bodies of a connection together, 65,535 or more (RFC 9113 §6.9.2). */
    public Builder connectionWindowBytes(int n) {
      connectionWindowBytes = within("connectionWindowBytes", n, LEAST_WINDOW, Integer.MAX_VALUE);
      return this;
    }

    /** Sets how wide the window of a stream may grow; it never shrinks to this. */
    public Builder maxWindowBytes(int n) {
      maxWindowBytes = positive("maxWindowBytes", n);
      return this;
    }

    /** Sets how wide the window of the connection may grow; it never shrinks to this. */
    public Builder maxConnectionWindowBytes(int n) {
      maxConnectionWindowBytes =
          within("maxConnectionWindowBytes", n, LEAST_WINDOW, Integer.MAX_VALUE);
      return this;
    }

    /** Sets the largest frame that the peer may send, 16,384 to 16,777,215 (RFC 9113 §4.2). */
    public Builder maxFrameBytes(int n) {
      maxFrameBytes = within("maxFrameBytes", n, LEAST_FRAME, LARGEST_FRAME);
      return this;
    }

    /** Sets the largest field section that the peer may send. */
    public Builder maxHeaderListBytes(int n) {
      maxHeaderListBytes = positive("maxHeaderListBytes", n);
      return this;
    }

    /** Sets how many streams may be reset within 30 seconds. */
    public Builder maxResets(int n) {
      maxResets = positive("maxResets", n);
      return this;
    }

    /** Sets how many frames that carry no message may come within 10 seconds. */
    public Builder maxControlFrames(int n) {
      maxControlFrames = positive("maxControlFrames", n);
      return this;
    }

    /** Sets how many WINDOW_UPDATE frames may come within 10 seconds for nothing. */
    public Builder maxWindowUpdates(int n) {
      maxWindowUpdates = positive("maxWindowUpdates", n);
      return this;
    }

    /** Sets how many answers to control frames may wait for the peer to read. */
    public Builder maxWaitingAcks(int n) {
      maxWaitingAcks = positive("maxWaitingAcks", n);
      return this;
    }

    /** Sets how many small CONTINUATION frames may come in a row. */
    public Builder maxContinuations(int n) {
      maxContinuations = positive("maxContinuations", n);
      return this;
    }

    /** Sets what bounds all that waits unread. Default: {@link UnreadBudget#PROCESS}. */
    public Builder unread(UnreadBudget budget) {
      unread = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /** Adds settings for the peer, which win over what the other methods have set. */
    public Builder settings(Http2Settings more) {
      settings = new Http2Settings().copyFrom(Objects.requireNonNull(more, "settings"));
      return this;
    }

    private static int within(String name, int n, int least, int largest) {
      if (n < least || n > largest) {
        throw new IllegalArgumentException(
            name + ": " + n + " (expected: " + least + "-" + largest + ")");
      }
      return n;
    }

    /** Returns the config. */
    public Http2Config build() {
      return new Http2Config(
          maxConcurrentStreams,
          streamWindowBytes,
          connectionWindowBytes,
          maxWindowBytes,
          maxConnectionWindowBytes,
          maxFrameBytes,
          maxHeaderListBytes,
          maxResets,
          maxControlFrames,
          maxWindowUpdates,
          maxWaitingAcks,
          maxContinuations,
          unread,
          settings);
    }
  }
}
