package weir.http.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import weir.http.Priority;

/**
 * Reads what a client says about priorities in frames: PRIORITY_UPDATE, for streams that are open and for
 * those that it is about to open, and whether it has done with the priorities of RFC 7540, which nobody
 * follows here. That a PRIORITY_UPDATE names no stream in its header is checked by {@link FrameGuard}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9218#section-7.1">RFC 9218 §7.1</a>
 */
final class PriorityUpdates extends DecoratingHttp2ConnectionDecoder {

  /** The type of the frame. */
  static final int PRIORITY_UPDATE = 0x10;

  /** SETTINGS_NO_RFC7540_PRIORITIES (RFC 9218 §2.1). */
  static final char NO_RFC7540_PRIORITIES = 9;

  private static final int ID_BYTES = 4;

  /** A longer field is none that anybody means. */
  private static final int MAX_FIELD_BYTES = 1024;

  private final Http2Connection connection;
  private final PrioritizedSending sending;
  private final int most;
  private TreeMap<Integer, Priority> idle; // streams to come; null until there is one
  private long toldAtFirst = -1; // the client's setting

  /**
   * @param most streams that the client may have open at once, and announce
   */
  PriorityUpdates(Http2ConnectionDecoder decoder, PrioritizedSending sending, int most) {
    super(decoder);
    this.connection = decoder.connection();
    this.sending = sending;
    this.most = most;
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamAdded(Http2Stream stream) {
            if (idle != null) {
              added(stream.id());
            }
          }
        });
  }

  @Override
  public void frameListener(Http2FrameListener listener) {
    super.frameListener(new Reading(listener));
  }

  /** Streams before it can't be opened any more (RFC 9113 §5.1.1). */
  private void added(int id) {
    Priority told = idle.remove(id);
    idle.headMap(id).clear();
    if (told != null) {
      sending.prioritize(id, told);
    }
    if (idle.isEmpty()) {
      idle = null;
    }
  }

  private void update(ByteBuf payload) throws Http2Exception {
    if (payload.readableBytes() < ID_BYTES) {
      throw Http2Exception.connectionError(
          Http2Error.FRAME_SIZE_ERROR,
          "a PRIORITY_UPDATE frame of %d bytes",
          payload.readableBytes());
    }
    int id = payload.readInt() & Integer.MAX_VALUE;
    if ((id & 1) == 0) { // 0, or one of a push, which there is none
      throw fault("a PRIORITY_UPDATE frame for stream %d", id);
    }
    Priority priority = read(payload);
    Http2Stream stream = connection.stream(id);
    if (stream != null) {
      sending.reprioritize(stream, priority);
    } else if (id > connection.remote().lastStreamCreated()) {
      keep(id, priority);
    } // else it has ended
  }

  private static Priority read(ByteBuf field) {
    return field.readableBytes() > MAX_FIELD_BYTES
        ? Priority.DEFAULT
        : Priority.parse(field.toString(StandardCharsets.US_ASCII));
  }

  private void keep(int id, Priority priority) throws Http2Exception {
    if (idle == null) {
      idle = new TreeMap<>();
    }
    idle.put(id, priority);
    if (idle.size() + connection.remote().numActiveStreams() > most) {
      throw fault("PRIORITY_UPDATE frames for more streams than may be open: %d", most);
    }
  }

  private void check(Http2Settings settings) throws Http2Exception {
    Long told = settings.get(NO_RFC7540_PRIORITIES);
    long value = told == null ? 0 : told;
    boolean first = toldAtFirst < 0;
    if (first) {
      toldAtFirst = value;
    }
    if (value > 1 || told != null && value != toldAtFirst) {
      throw fault(
          "SETTINGS_NO_RFC7540_PRIORITIES is %d (expected: 0 or 1, and no other later)", value);
    }
  }

  private static Http2Exception fault(String text, Object argument) {
    return Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, text, argument);
  }

  private final class Reading extends Http2FrameListenerDecorator {
    Reading(Http2FrameListener listener) {
      super(listener);
    }

    @Override
    public void onUnknownFrame(
        ChannelHandlerContext ctx, byte type, int id, Http2Flags flags, ByteBuf payload)
        throws Http2Exception {
      if (type == PRIORITY_UPDATE) {
        update(payload);
      } else {
        super.onUnknownFrame(ctx, type, id, flags, payload);
      }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
        throws Http2Exception {
      check(settings);
      super.onSettingsRead(ctx, settings);
    }
  }
}
