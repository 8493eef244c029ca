package weir.http.client;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.Keyword;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Executor;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.Endpoints;
import weir.http.ErrorStatusException;
import weir.http.HeaderName;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.http.ResponseMessage;
import weir.http.RingResponse;
import weir.http.body.Bodies;
import weir.http.coding.ContentDecoder;

/**
 * Requests whose response is decoded: they say which codings they accept, and the program gets the
 * plain body. It loses the fields that told of the encoded one, but for {@code :orig-content-encoding}.
 *
 * <p>A stream is decoded by whoever reads it. What the program wants in memory is gathered encoded, so
 * that every time limit holds, and decoded where that may take its time. Raw streams stay as they are,
 * and so does what cannot be decoded: an unknown coding, a part of a whole.
 */
public final class Decoding {

  private static final HeaderName ACCEPT_ENCODING = HeaderName.of("accept-encoding");
  private static final HeaderName RANGE = HeaderName.of("range");
  private static final Keyword ORIGINAL = Keyword.intern(null, "orig-content-encoding");
  private static final Keyword TRACE = Keyword.intern(null, "trace-redirects");

  private final HttpRequest request;
  private final BodyMode mode;
  private final long max;

  private Decoding(HttpRequest request, BodyMode mode, ClientConfig config) {
    this.request = request;
    this.mode = mode;
    long limit = request.maxBodyBytes();
    boolean inMemory = mode != BodyMode.STREAM;
    this.max = limit > 0 ? limit : inMemory ? config.maxBodyBytes() : Long.MAX_VALUE;
  }

  /** Returns whether the response to the request is to be decoded. */
  public static boolean wanted(ConnectionPool pool, HttpRequest request) {
    Boolean asked = request.decompress();
    return asked != null
        ? asked
        : pool.config().decompress() && mode(pool, request) != BodyMode.RAW_STREAM;
  }

  private static BodyMode mode(ConnectionPool pool, HttpRequest request) {
    return request.bodyMode() == null ? pool.config().bodyMode() : request.bodyMode();
  }

  /** Sends a request, and decodes its response. */
  @SuppressWarnings("unchecked") // the functions below return responses
  public static Deferred<Response> start(ConnectionPool pool, HttpRequest request) {
    BodyMode mode = mode(pool, request);
    if (mode == BodyMode.RAW_STREAM) {
      return Deferred.failed(
          new IllegalArgumentException(
              "decompress: on (expected: off for a raw stream, which is handed out as it comes)"));
    }
    Decoding decoding = new Decoding(request, mode, pool.config());
    Executor executor = mode == BodyMode.STREAM ? Runnable::run : CallbackThreads.INSTANCE;
    Executor callbacks = request.executor() != null ? request.executor() : pool.config().executor();
    Deferred<?> decoded =
        FollowUp.of(
            Call.start(pool, decoding.asked()),
            function(decoding::response),
            function(decoding::failure),
            executor,
            callbacks);
    return (Deferred<Response>) decoded;
  }

  private HttpRequest asked() {
    HttpRequest.Builder asked = request.toBuilder();
    if (mode == BodyMode.STRING) {
      asked.as(BodyMode.BYTES);
    }
    if (request.fields().get(ACCEPT_ENCODING) == null && request.fields().get(RANGE) == null) {
      asked.header(ACCEPT_ENCODING, ContentDecoder.accepted());
    }
    return asked.build();
  }

  private Object response(Object value) throws IOException {
    RingResponse response = (RingResponse) value;
    if (!isCoded(response.message())) {
      return mode == BodyMode.STRING
          ? with(response, response.message().headers(), text(response))
          : response;
    }
    InputStream plain = plain(response);
    Object body = plain;
    if (mode != BodyMode.STREAM) {
      try (plain) {
        body = inMode(plain.readAllBytes(), response);
      }
    }
    return decoded(response, body);
  }

  /** The body of an exceptional response is in memory, and maybe cut off: what is there counts. */
  private Object failure(Object error) throws IOException {
    if (!(error instanceof ErrorStatusException e)) {
      return error;
    }
    RingResponse response = (RingResponse) e.response();
    if (!isCoded(response.message())) {
      return mode != BodyMode.STRING
          ? error
          : new ErrorStatusException(with(response, response.message().headers(), text(response)));
    }
    return new ErrorStatusException(decoded(response, inMode(beginning(response), response)));
  }

  private byte[] beginning(RingResponse response) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (InputStream plain = plain(response)) {
      byte[] piece = new byte[8192];
      for (int n; all.size() < max && (n = plain.read(piece)) >= 0; ) {
        all.write(piece, 0, n);
      }
    } catch (IOException e) {
      return all.toByteArray();
    }
    return all.toByteArray();
  }

  private boolean isCoded(ResponseMessage message) {
    int status = message.status();
    return status != 204
        && status != 206
        && status != 304
        && !request.method().equals("HEAD")
        && ContentDecoder.canDecode(codings(message));
  }

  private static List<String> codings(ResponseMessage message) {
    return message.headers().getAll(HttpHeaderNames.CONTENT_ENCODING);
  }

  private InputStream plain(RingResponse response) {
    Object body = response.body();
    InputStream coded =
        body instanceof byte[] bytes ? new ByteArrayInputStream(bytes) : (InputStream) body;
    return ContentDecoder.decode(coded, codings(response.message()), max);
  }

  private Object inMode(byte[] bytes, RingResponse response) {
    return switch (mode) {
      case STRING -> new String(bytes, Bodies.charset(response.headers().get("content-type")));
      case STREAM -> new ByteArrayInputStream(bytes);
      default -> bytes;
    };
  }

  private Object text(RingResponse response) {
    return inMode((byte[]) response.body(), response);
  }

  private static RingResponse decoded(RingResponse response, Object body) {
    HttpHeaders headers = response.message().headers().copy();
    headers.remove(HttpHeaderNames.CONTENT_ENCODING).remove(HttpHeaderNames.CONTENT_LENGTH);
    String coding = String.join(", ", codings(response.message()));
    return (RingResponse) with(response, headers, body).assoc(ORIGINAL, coding);
  }

  private static RingResponse with(RingResponse response, HttpHeaders headers, Object body) {
    RingResponse other = new RingResponse(new Message(response.message(), headers, body));
    Object trace = response.valAt(TRACE);
    return trace == null ? other : (RingResponse) other.assoc(TRACE, trace);
  }

  /** Called with what a request has come to. */
  @FunctionalInterface
  private interface Step {
    Object of(Object outcome) throws IOException;
  }

  private static IFn function(Step step) {
    return new AFn() {
      @Override
      public Object invoke(Object outcome) {
        try {
          return step.of(outcome);
        } catch (IOException e) {
          throw clojure.lang.Util.sneakyThrow(e);
        }
      }
    };
  }

  /** A message with another head and body. */
  private record Message(ResponseMessage origin, HttpHeaders headers, Object body)
      implements ResponseMessage {

    @Override
    public int status() {
      return origin.status();
    }

    @Override
    public boolean keepAlive() {
      return origin.keepAlive();
    }

    @Override
    public String protocol() {
      return origin.protocol();
    }

    @Override
    public String reasonPhrase() {
      return origin.reasonPhrase();
    }

    @Override
    public Endpoints endpoints() {
      return origin.endpoints();
    }

    @Override
    public long connectionMillis() {
      return origin.connectionMillis();
    }

    @Override
    public long requestMillis() {
      return origin.requestMillis();
    }

    @Override
    public Object trailers() {
      return origin.trailers();
    }
  }
}
