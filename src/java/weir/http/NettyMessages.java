package weir.http;

import clojure.lang.Keyword;
import clojure.lang.Named;
import clojure.lang.Sequential;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLSession;
import weir.http.body.Bodies;

/**
 * Ring's maps as Netty's messages and the other way round: for programs that put handlers of their
 * own into a pipeline. The server and the client do without.
 */
public final class NettyMessages {

  private static final Keyword STATUS = Keyword.intern("status");
  private static final Keyword HEADERS = Keyword.intern("headers");
  private static final Keyword BODY = Keyword.intern("body");
  private static final Keyword URI = Keyword.intern("uri");
  private static final Keyword QUERY = Keyword.intern("query-string");
  private static final Keyword METHOD = Keyword.intern("request-method");
  private static final int DEFAULT_STATUS = 200;

  private NettyMessages() {}

  /**
   * Adds the fields of a Ring header map to Netty's.
   *
   * @param fields names to a value or a sequence of values; null for none
   * @throws IllegalArgumentException if a name or a value can't be sent
   */
  public static HttpHeaders addHeaders(HttpHeaders headers, Map<?, ?> fields) {
    if (fields != null) {
      fields.forEach((name, value) -> addHeader(headers, HeaderName.of(name), value));
    }
    return headers;
  }

  private static void addHeader(HttpHeaders headers, HeaderName name, Object value) {
    if (value instanceof Sequential || value instanceof List) {
      for (Object each : (Iterable<?>) value) {
        headers.add(name.name(), HeaderValue.text(name, each));
      }
    } else {
      headers.add(name.name(), HeaderValue.text(name, value));
    }
  }

  /** Returns the head of a Ring request, with its {@code :uri} and {@code :query-string}. */
  public static HttpRequest request(Map<?, ?> ring) {
    return new DefaultHttpRequest(
        HttpVersion.HTTP_1_1, method(ring), target(ring), headers(ring.get(HEADERS)));
  }

  /**
   * Returns a Ring request with its body, which must be in memory: nil, a string, byte[], ByteBuffer
   * or ByteBuf.
   *
   * @throws IllegalArgumentException if the body has to be streamed
   */
  public static FullHttpRequest fullRequest(Map<?, ?> ring) {
    HttpHeaders headers = headers(ring.get(HEADERS));
    Object content = Bodies.contiguous(ring.get(BODY), headers.get("content-type"));
    if (content == Bodies.NOT_CONTIGUOUS) {
      throw new IllegalArgumentException(
          ":body is a "
              + ring.get(BODY).getClass().getName()
              + " (expected: nil, a string, byte[], ByteBuffer or ByteBuf)");
    }
    ByteBuf body =
        content instanceof byte[] bytes ? Unpooled.wrappedBuffer(bytes) : (ByteBuf) content;
    return new DefaultFullHttpRequest(
        HttpVersion.HTTP_1_1, method(ring), target(ring), body, headers, new DefaultHttpHeaders());
  }

  /** Returns the head of a Ring response; without {@code :status} it is a 200. */
  public static HttpResponse response(Map<?, ?> ring) {
    Object status = ring.get(STATUS);
    if (status != null && !(status instanceof Number)) {
      throw new IllegalArgumentException(":status is " + status + " (expected: a number)");
    }
    int code = status == null ? DEFAULT_STATUS : ((Number) status).intValue();
    return new DefaultHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), headers(ring.get(HEADERS)));
  }

  private static HttpHeaders headers(Object fields) {
    if (fields != null && !(fields instanceof Map)) {
      throw new IllegalArgumentException(
          ":headers are of " + fields.getClass() + " (expected: a map)");
    }
    return addHeaders(new DefaultHttpHeaders(), (Map<?, ?>) fields);
  }

  private static HttpMethod method(Map<?, ?> ring) {
    Object method = ring.get(METHOD);
    String name = method instanceof Named named ? named.getName() : (String) method;
    if (name == null) {
      throw new IllegalArgumentException(
          ":request-method is nil (expected: a keyword or a string)");
    }
    return HttpMethod.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static String target(Map<?, ?> ring) {
    Object uri = ring.get(URI);
    Object query = ring.get(QUERY);
    String path = uri == null ? "/" : uri.toString();
    return query == null ? path : path + "?" + query;
  }

  /** Returns a Ring request map over Netty's message. */
  public static RingRequest ringRequest(
      HttpRequest request, boolean secure, Channel channel, Object body) {
    return new RingRequest(new Received(request, secure, channel, body, System.nanoTime()));
  }

  /** Returns a Ring response map over Netty's message. */
  public static RingResponse ringResponse(HttpResponse response, boolean close, Object body) {
    return new RingResponse(new Answered(response, close, body));
  }

  /** Returns the TLS session of a channel or of one that it lives in, null without TLS. */
  public static SSLSession sslSession(Channel channel) {
    for (Channel c = channel; c != null; c = c.parent()) {
      SslHandler tls = c.pipeline().get(SslHandler.class);
      if (tls != null) {
        return tls.engine().getSession();
      }
    }
    return null;
  }

  private static final class Received implements RequestMessage {
    private final HttpRequest request;
    private final boolean secure;
    private final Channel channel;
    private final Object body;
    private final long arrivedNanos;
    private final Endpoints endpoints;

    Received(HttpRequest request, boolean secure, Channel channel, Object body, long arrivedNanos) {
      this.request = request;
      this.secure = secure;
      this.channel = channel;
      this.body = body;
      this.arrivedNanos = arrivedNanos;
      this.endpoints = channel == null ? new Endpoints(null, null) : Endpoints.of(channel);
    }

    @Override
    public HttpMethod method() {
      return request.method();
    }

    @Override
    public String target() {
      return request.uri();
    }

    @Override
    public HttpHeaders headers() {
      return request.headers();
    }

    @Override
    public String protocol() {
      return request.protocolVersion().text();
    }

    @Override
    public boolean secure() {
      return secure;
    }

    @Override
    public Endpoints endpoints() {
      return endpoints;
    }

    @Override
    public Object body() {
      return body;
    }

    @Override
    public boolean keepAlive() {
      return HttpUtil.isKeepAlive(request);
    }

    @Override
    public long arrivedNanos() {
      return arrivedNanos;
    }

    @Override
    public Channel channel() {
      return channel;
    }

    @Override
    public SSLSession sslSession() {
      return channel == null ? null : NettyMessages.sslSession(channel);
    }
  }

  private record Answered(HttpResponse response, boolean close, Object body)
      implements ResponseMessage {
    @Override
    public int status() {
      return response.status().code();
    }

    @Override
    public HttpHeaders headers() {
      return response.headers();
    }

    @Override
    public boolean keepAlive() {
      return !close && HttpUtil.isKeepAlive(response);
    }

    @Override
    public String protocol() {
      return response.protocolVersion().text();
    }

    @Override
    public String reasonPhrase() {
      return response.status().reasonPhrase();
    }

    @Override
    public Endpoints endpoints() {
      return new Endpoints(null, null);
    }
  }
}
