package weir.http.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.util.Arrays;
import weir.http.BodyMode;
import weir.http.body.Bodies;
import weir.http.body.BufferPublisher;
import weir.http.body.InboundBody;
import weir.http.body.StreamedBody;
import weir.stream.Stream;

/** Decides how the body of a response reaches the program. */
final class ResponseBodies {

  private ResponseBodies() {}

  /**
   * Returns where the body goes; a response whose body is streamed has its reader afterwards, any
   * other gets its body at the end.
   */
  static InboundBody plan(
      Answer answer, AnswerOwner owner, ClientResponse response, ClientConfig config) {
    Exchange exchange = answer.exchange();
    Call call = exchange.call();
    long length = response.contentLength();
    if (call.willFollow(response)) {
      return new Discarded(owner, response, config.responseBufferBytes());
    }
    BodyMode asked = exchange.request().bodyMode();
    BodyMode mode = asked == null ? config.bodyMode() : asked;
    if (call.willFail(response)) {
      return new Gathered(owner, response, mode, maxBytes(exchange, config), true);
    }
    boolean inMemory = mode == BodyMode.BYTES || mode == BodyMode.STRING;
    if (inMemory) {
      return new Gathered(owner, response, mode, maxBytes(exchange, config), false);
    }
    boolean small =
        mode == BodyMode.STREAM && length >= 0 && length <= config.responseBufferBytes();
    if (small || hasNoBody(exchange, response)) {
      return new Gathered(owner, response, mode, Long.MAX_VALUE, false);
    }
    boolean raw = mode == BodyMode.RAW_STREAM;
    StreamedBody streamed = new StreamedBody(owner, config.responseBufferBytes(), raw);
    Object reader = mode == BodyMode.PUBLISHER ? streamed.publisher() : streamed.reader();
    response.body(reader);
    streamed.onClosed(answer::bodyClosed);
    if (!raw) {
      Lost.CLEANER.register(reader, answer::bodyLost);
    }
    return streamed;
  }

  /** Finds bodies that a program has dropped; its thread starts with the first streamed body. */
  private static final class Lost {
    static final Cleaner CLEANER = Cleaner.create();
  }

  private static boolean hasNoBody(Exchange exchange, ClientResponse response) {
    int status = response.status();
    return status == 101
        || status == 204
        || status == 304
        || exchange.request().method().equals("HEAD")
        || (exchange.request().method().equals("CONNECT")
            && status / 100 == 2
            && !response.isHttp2()); // a stream of its own is the tunnel (RFC 9113 §8.5)
  }

  private static long maxBytes(Exchange exchange, ClientConfig config) {
    long limit = exchange.request().maxBodyBytes();
    return limit > 0 ? limit : config.maxBodyBytes();
  }

  /** A body that is in memory when the program gets it. */
  private static final class Gathered implements InboundBody {
    private static final byte[] EMPTY = {};

    private final AnswerOwner owner;
    private final ClientResponse response;
    private final BodyMode mode;
    private final long limit;
    private final boolean cut;
    private byte[] bytes = EMPTY;
    private int length;

    /**
     * @param limit how many bytes it may have
     * @param cut whether a longer body is cut off; else it is a failure
     */
    Gathered(AnswerOwner owner, ClientResponse response, BodyMode mode, long limit, boolean cut) {
      this.owner = owner;
      this.response = response;
      this.mode = mode;
      this.limit = limit;
      this.cut = cut;
    }

    @Override
    public boolean isGathered() {
      return true;
    }

    @Override
    public void content(ByteBuf piece) {
      int n = piece.readableBytes();
      if (length + (long) n > Math.min(limit, Integer.MAX_VALUE - 8)) {
        tooLong(piece);
        return;
      }
      ensure(n);
      piece.readBytes(bytes, length, n);
      length += n;
      piece.release();
    }

    private void tooLong(ByteBuf piece) {
      piece.release();
      if (cut) {
        owner.cutOff();
      } else {
        owner.fail(
            new IOException(
                "the response body has more than " + limit + " bytes (maxBodyBytes is the limit)"));
      }
    }

    /** Grows with what has come: an announced length beyond the first piece reserves little. */
    private void ensure(int more) {
      if (bytes.length - length < more) {
        long announced = Math.min(response.contentLength(), length + 64L * 1024);
        int doubled = Math.min(length * 2, 1 << 30);
        bytes = Arrays.copyOf(bytes, Math.max(length + more, Math.max(doubled, (int) announced)));
      }
    }

    @Override
    public void end() {
      response.body(
          switch (mode) {
            case BYTES -> length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
            case STRING ->
                new String(
                    bytes, 0, length, Bodies.charset(response.headers().get("content-type")));
            case RAW_STREAM -> streamOf(Unpooled.wrappedBuffer(bytes, 0, length));
            case PUBLISHER -> new BufferPublisher(streamOf(Arrays.copyOf(bytes, length)));
            case STREAM -> new ByteArrayInputStream(bytes, 0, length);
          });
    }

    /** A stream of one message; a buffer is unpooled, so nothing is lost if nobody releases it. */
    private Stream<Object> streamOf(Object message) {
      Stream<Object> stream = Stream.<Object>builder().executor(null).capacity(1).build();
      if (length > 0) {
        stream.put(message);
      }
      stream.close();
      return stream;
    }

    @Override
    public void fail(Throwable cause) {
      bytes = EMPTY;
    }

    @Override
    public void abandon() {
      bytes = EMPTY;
    }
  }

  /** The body of a redirect, which nobody reads. */
  private static final class Discarded implements InboundBody {
    private final AnswerOwner owner;
    private final ClientResponse response;
    private long left;

    Discarded(AnswerOwner owner, ClientResponse response, long limit) {
      this.owner = owner;
      this.response = response;
      this.left = limit;
    }

    @Override
    public boolean isGathered() {
      return true;
    }

    @Override
    public void content(ByteBuf piece) {
      left -= piece.readableBytes();
      piece.release();
      if (left < 0) {
        owner.cutOff();
      }
    }

    @Override
    public void end() {
      response.body(new ByteArrayInputStream(new byte[0]));
    }

    @Override
    public void fail(Throwable cause) {}

    @Override
    public void abandon() {}
  }
}
