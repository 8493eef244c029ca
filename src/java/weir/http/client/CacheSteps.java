package weir.http.client;

import clojure.lang.Keyword;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import weir.http.BodyMode;
import weir.http.Endpoints;
import weir.http.HttpRequest;
import weir.http.ResponseMessage;
import weir.http.body.Bodies;
import weir.http.cache.CacheEntry;
import weir.http.cache.HttpCache;

/**
 * One exchange of a request that has a cache: looks first, validates what is stale, and stores what
 * comes. Reads bodies, and so runs where it may block.
 */
final class CacheSteps {

  private static final Keyword HIT = Keyword.intern(null, "hit");
  private static final Keyword VALIDATED = Keyword.intern(null, "validated");
  private static final Keyword MISS = Keyword.intern(null, "miss");

  private final HttpCache cache;
  private final HttpRequest request;
  private final BodyMode mode;
  private final CacheEntry stored;
  private final boolean concerned;
  private final long requested;
  private Keyword outcome = MISS;

  private CacheSteps(HttpCache cache, HttpRequest request) {
    this.cache = cache;
    this.request = request;
    this.mode = request.bodyMode() == null ? BodyMode.STREAM : request.bodyMode();
    boolean readable = mode != BodyMode.RAW_STREAM && mode != BodyMode.PUBLISHER;
    this.concerned = readable && HttpCache.concerns(request);
    this.stored = concerned ? cache.find(request) : null;
    this.requested = cache.now();
  }

  /** Returns null if the request has no cache. */
  static CacheSteps of(HttpRequest request) {
    HttpCache cache = request.extras() == null ? null : request.extras().cache();
    return cache == null ? null : new CacheSteps(cache, request);
  }

  Keyword outcome() {
    return outcome;
  }

  /** The response, if there has to be no exchange; else null. */
  ResponseMessage answer() {
    if (stored != null && cache.isUsable(stored, request)) {
      outcome = HIT;
      return answer(stored);
    }
    if (concerned && HttpCache.isOnlyIfCached(request)) {
      return Answer.gatewayTimeout(body(new byte[0], new DefaultHttpHeaders()));
    }
    return null;
  }

  private ResponseMessage answer(CacheEntry entry) {
    HttpHeaders headers = entry.headers().copy();
    headers.set("age", Long.toString(entry.age(cache.now())));
    return new Answer(entry.message(), headers, body(entry.body(), headers));
  }

  /** What is sent. */
  HttpRequest request() {
    if (!concerned) {
      return request;
    }
    HttpRequest asked = stored == null ? request : HttpCache.conditional(request, stored);
    return asked.toBuilder().as(BodyMode.STREAM).build();
  }

  /** Forgets what the request has changed. */
  void invalidate(ClientResponse response) {
    cache.invalidate(request, response);
  }

  /** What the program gets for what has come. */
  ResponseMessage received(ClientResponse response) throws IOException {
    if (!concerned) {
      return response;
    }
    if (response.status() == 304 && stored != null) {
      Bodies.discard(response.body());
      outcome = VALIDATED;
      return answer(cache.validated(request, stored, response.headers(), requested));
    }
    InputStream in = (InputStream) response.body();
    boolean stores = HttpCache.isStorable(response);
    if (!stores && mode == BodyMode.STREAM) {
      return response;
    }
    byte[] bytes = stores ? in.readNBytes(cache.maxObjectBytes() + 1) : new byte[0];
    if (stores && bytes.length <= cache.maxObjectBytes()) {
      in.close();
      cache.store(request, new Answer(response, response.headers(), null), bytes, requested);
    } else if (mode == BodyMode.STREAM) {
      InputStream all = new SequenceInputStream(new ByteArrayInputStream(bytes), in);
      return new Answer(response, response.headers(), all);
    } else {
      bytes = withRest(bytes, in);
    }
    return new Answer(response, response.headers(), body(bytes, response.headers()));
  }

  private byte[] withRest(byte[] start, InputStream in) throws IOException {
    long max = Integer.MAX_VALUE - 16;
    long limit = request.maxBodyBytes() > 0 ? Math.min(request.maxBodyBytes(), max) : max;
    try (InputStream rest = in) {
      byte[] more = rest.readNBytes((int) limit + 1);
      if ((long) start.length + more.length > limit) {
        throw new IOException("the response body has more than " + limit + " bytes");
      }
      byte[] all = Arrays.copyOf(start, start.length + more.length);
      System.arraycopy(more, 0, all, start.length, more.length);
      return all;
    }
  }

  private Object body(byte[] bytes, HttpHeaders headers) {
    return switch (mode) {
      case BYTES -> bytes.clone();
      case STRING -> new String(bytes, Bodies.charset(headers.get("content-type")));
      default -> new ByteArrayInputStream(bytes);
    };
  }

  /** A response with other fields and another body; keeps nothing of the connection. */
  private record Answer(
      int status,
      HttpHeaders headers,
      Object body,
      boolean keepAlive,
      String protocol,
      String reasonPhrase,
      Endpoints endpoints,
      long connectionMillis,
      long requestMillis,
      Object trailers)
      implements ResponseMessage {

    Answer(ResponseMessage like, HttpHeaders headers, Object body) {
      this(
          like.status(),
          headers,
          body,
          like.keepAlive(),
          like.protocol(),
          like.reasonPhrase(),
          like.endpoints(),
          like.connectionMillis(),
          like.requestMillis(),
          like.trailers());
    }

    /** RFC 9111 §5.2.1.7: only-if-cached, and there is nothing. */
    static Answer gatewayTimeout(Object body) {
      return new Answer(
          504,
          new DefaultHttpHeaders(),
          body,
          true,
          "HTTP/1.1",
          "Gateway Timeout",
          new Endpoints(null, null),
          0,
          0,
          Trailers.NONE);
    }
  }
}
