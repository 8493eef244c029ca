package weir.http;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Objects;
import weir.deferred.Deferred;
import weir.stream.SplicedStream;

/**
 * The Ring request map: a view of a decoded request.
 *
 * <p>It has the keys of Ring and of Aleph, among them {@code :aleph/channel}; and {@code
 * :weir/exchange}, the message itself, through which any copy of the map can be upgraded. The keys
 * of TLS, of the content, of HTTP/2 and of the Priority field are there only when there is something to tell.
 */
public final class RingRequest extends MapView implements Request {
  private static final int REQUEST_METHOD = 0;
  private static final int URI = 1;
  private static final int QUERY_STRING = 2;
  private static final int HEADERS = 3;
  private static final int BODY = 4;
  private static final int SCHEME = 5;
  private static final int SERVER_NAME = 6;
  private static final int SERVER_PORT = 7;
  private static final int REMOTE_ADDR = 8;
  private static final int PROTOCOL = 9;
  private static final int KEEP_ALIVE = 10;
  private static final int REQUEST_ARRIVED = 11;
  private static final int CHANNEL = 12;
  private static final int EXCHANGE = 13; // up to here always present
  private static final int CLOSED = 14;
  private static final int SSL_SESSION = 15;
  private static final int SSL_CLIENT_CERT = 16;
  private static final int CONTENT_TYPE = 17;
  private static final int CONTENT_LENGTH = 18;
  private static final int CHARACTER_ENCODING = 19;
  private static final int PATH = 20;
  private static final int WRITABLE = 21;
  private static final int STREAM_ERROR = 22;
  private static final int TRAILERS = 23;
  private static final int PRIORITY = 24;

  private static final ViewKeys KEYS =
      ViewKeys.of(
          RingRequest.class,
          Keyword.intern(null, "request-method"),
          Keyword.intern(null, "uri"),
          Keyword.intern(null, "query-string"),
          Keyword.intern(null, "headers"),
          Keyword.intern(null, "body"),
          Keyword.intern(null, "scheme"),
          Keyword.intern(null, "server-name"),
          Keyword.intern(null, "server-port"),
          Keyword.intern(null, "remote-addr"),
          Keyword.intern(null, "protocol"),
          Keyword.intern("aleph", "keep-alive?"),
          Keyword.intern("aleph", "request-arrived"),
          Keyword.intern("aleph", "channel"),
          Keyword.intern("weir", "exchange"),
          Keyword.intern("aleph", "closed"),
          Keyword.intern(null, "ssl-session"),
          Keyword.intern(null, "ssl-client-cert"),
          Keyword.intern(null, "content-type"),
          Keyword.intern(null, "content-length"),
          Keyword.intern(null, "character-encoding"),
          Keyword.intern(null, "path"),
          Keyword.intern("aleph", "writable?"),
          Keyword.intern("aleph", "h2-exception"),
          Keyword.intern(null, "trailers"),
          Keyword.intern("weir", "priority"));

  private static final Keyword HTTP = Keyword.intern(null, "http");
  private static final Keyword HTTPS = Keyword.intern(null, "https");
  private static final Headers NO_HEADERS = new HeaderMap(EmptyHttpHeaders.INSTANCE);
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final RequestMessage message;
  // Caches. Racy, but each thread computes an equal value, and the values are immutable.
  private String path;
  private String query; // null also when there is none
  private HeaderMap headers;

  /** Creates the view of a message. */
  public RingRequest(RequestMessage message) {
    this.message = Objects.requireNonNull(message, "message");
  }

  private RingRequest(RingRequest origin, IPersistentMap overlay, int hidden, IPersistentMap meta) {
    super(overlay, hidden, meta);
    this.message = origin.message;
    this.path = origin.path;
    this.query = origin.query;
    this.headers = origin.headers();
  }

  @Override
  protected ViewKeys viewKeys() {
    return KEYS;
  }

  @Override
  protected MapView with(IPersistentMap overlay, int hidden, IPersistentMap meta) {
    return new RingRequest(this, overlay, hidden, meta);
  }

  @Override
  protected boolean present(int index) {
    return index <= EXCHANGE || base(index) != null;
  }

  @Override
  protected Object base(int index) {
    switch (index) {
      case REQUEST_METHOD:
        return RequestMethods.keyword(message.method());
      case URI:
        return path();
      case QUERY_STRING:
        return query();
      case HEADERS:
        return headers();
      case BODY:
        return message.body();
      case SCHEME:
        return message.secure() ? HTTPS : HTTP;
      case SERVER_NAME:
        return serverName();
      case SERVER_PORT:
        return (long) serverPort();
      case REMOTE_ADDR:
        return message.endpoints().remoteHost();
      case PROTOCOL:
        return message.protocol();
      case KEEP_ALIVE:
        return message.keepAlive();
      case REQUEST_ARRIVED:
        return message.arrivedNanos();
      case CHANNEL:
        return message.channel();
      case EXCHANGE:
        return message;
      default:
        return optional(index);
    }
  }

  private Object optional(int index) {
    switch (index) {
      case CLOSED:
        return message.closed();
      case SSL_SESSION:
        return message.sslSession();
      case SSL_CLIENT_CERT:
        return message.clientCertificate();
      case CONTENT_TYPE:
        return contentType();
      case CONTENT_LENGTH:
        return contentLength();
      case CHARACTER_ENCODING:
        return ContentType.charset(contentType());
      case PATH:
        return message.protocol().startsWith("HTTP/1") ? null : path();
      case WRITABLE:
        return message.writable();
      case STREAM_ERROR:
        return message.streamError();
      case TRAILERS:
        return message.trailers();
      case PRIORITY:
        return priority();
      default:
        throw new IllegalArgumentException("index: " + index);
    }
  }

  // Request

  @Override
  public String method() {
    return message.method().name();
  }

  @Override
  public String path() {
    String p = path;
    if (p == null) {
      p = RequestTarget.path(message.target());
      path = p;
    }
    return p;
  }

  @Override
  public String query() {
    String q = query;
    if (q == null) {
      q = RequestTarget.query(message.target());
      query = q;
    }
    return q;
  }

  @Override
  public HeaderMap headers() {
    HeaderMap h = headers;
    if (h == null) {
      h = new HeaderMap(message.headers());
      headers = h;
    }
    return h;
  }

  @Override
  public Object body() {
    return message.body();
  }

  @Override
  public String scheme() {
    return message.secure() ? "https" : "http";
  }

  @Override
  public String protocol() {
    return message.protocol();
  }

  @Override
  public SocketAddress remoteAddress() {
    return message.endpoints().remote();
  }

  @Override
  public SocketAddress localAddress() {
    return message.endpoints().local();
  }

  @Override
  public Deferred<Headers> trailers() {
    Deferred<Headers> trailers = message.trailers();
    return trailers == null ? Deferred.of(NO_HEADERS) : trailers;
  }

  @Override
  public boolean inform(int status, Map<?, ?> headers) {
    return message.inform(status, headers);
  }

  @Override
  public Deferred<SplicedStream> hijack(Map<?, ?> headers) {
    return message.hijack(headers);
  }

  @Override
  public X509Certificate clientCertificate() {
    return message.clientCertificate();
  }

  /** Returns the message that this is a view of. */
  public RequestMessage message() {
    return message;
  }

  /** Returns the channel; programs written for Aleph say {@code (.ch req)}. */
  public Channel ch() {
    return message.channel();
  }

  private String serverName() {
    String authority = authority();
    return authority == null ? message.endpoints().localHost() : Authority.host(authority);
  }

  private int serverPort() {
    String authority = authority();
    return authority == null
        ? message.endpoints().localPort()
        : Authority.port(authority, message.secure() ? HTTPS_PORT : HTTP_PORT);
  }

  /** The authority that decides about server name and port; null when the local address does. */
  private String authority() {
    String forwarded = message.forwardedHost();
    if (forwarded != null && !Authority.host(forwarded).isEmpty()) {
      return forwarded;
    }
    if (message.serverNamePolicy() == ServerNamePolicy.LOCAL_ADDRESS) {
      return null;
    }
    // RFC 9112 §3.2.2: an absolute-form target overrides the Host header.
    String authority = RequestTarget.authority(message.target());
    if (authority == null) {
      authority = message.headers().get(HttpHeaderNames.HOST);
    }
    return authority == null || Authority.host(authority).isEmpty() ? null : authority;
  }

  /** Null unless the client has said something. */
  private IPersistentMap priority() {
    String field = WireHeaders.value(message.headers(), "priority");
    return field == null ? null : Priority.parse(field).toMap();
  }

  private String contentType() {
    return message.headers().get(HttpHeaderNames.CONTENT_TYPE);
  }

  /** The announced length, or null when there is none that a long can hold. */
  private Long contentLength() {
    String text = message.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    if (text == null) {
      return null;
    }
    try {
      long length = Long.parseLong(text.trim());
      return length < 0 ? null : length;
    } catch (NumberFormatException e) {
      return null; // the server has refused such a message, unless it was told not to
    }
  }
}
