package weir.http;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import java.net.SocketAddress;
import java.util.Objects;

/**
 * The response map of a client: a view of a decoded response.
 *
 * <p>What comes of more than one exchange, such as {@code :trace-redirects}, is put on the view with
 * {@code assoc}.
 */
public final class RingResponse extends MapView implements Response {
  private static final int STATUS = 0;
  private static final int HEADERS = 1;
  private static final int BODY = 2;
  private static final int KEEP_ALIVE = 3;
  private static final int PROTOCOL = 4;
  private static final int REMOTE_ADDR = 5; // up to here always present
  private static final int REASON_PHRASE = 6;
  private static final int TRAILERS = 7;
  private static final int CONNECTION_TIME = 8;
  private static final int REQUEST_TIME = 9;
  private static final int LENGTH = 10;
  private static final int PROTOCOL_VERSION = 11;
  private static final int LINKS = 12;

  private static final ViewKeys KEYS =
      ViewKeys.of(
          RingResponse.class,
          Keyword.intern(null, "status"),
          Keyword.intern(null, "headers"),
          Keyword.intern(null, "body"),
          Keyword.intern("aleph", "keep-alive?"),
          Keyword.intern(null, "protocol"),
          Keyword.intern(null, "remote-addr"),
          Keyword.intern(null, "reason-phrase"),
          Keyword.intern(null, "trailers"),
          Keyword.intern(null, "connection-time"),
          Keyword.intern(null, "request-time"),
          Keyword.intern(null, "length"),
          Keyword.intern(null, "protocol-version"),
          Keyword.intern(null, "links"));

  private final ResponseMessage message;
  private HeaderMap headers; // racy cache of an immutable value

  /** Creates the view of a message. */
  public RingResponse(ResponseMessage message) {
    this.message = Objects.requireNonNull(message, "message");
  }

  private RingResponse(
      RingResponse origin, IPersistentMap overlay, int hidden, IPersistentMap meta) {
    super(overlay, hidden, meta);
    this.message = origin.message;
    this.headers = origin.headers();
  }

  @Override
  protected ViewKeys viewKeys() {
    return KEYS;
  }

  @Override
  protected MapView with(IPersistentMap overlay, int hidden, IPersistentMap meta) {
    return new RingResponse(this, overlay, hidden, meta);
  }

  @Override
  protected boolean present(int index) {
    return index <= REMOTE_ADDR || base(index) != null;
  }

  @Override
  protected Object base(int index) {
    switch (index) {
      case STATUS:
        return (long) message.status();
      case HEADERS:
        return headers();
      case BODY:
        return message.body();
      case KEEP_ALIVE:
        return message.keepAlive();
      case PROTOCOL:
        return message.protocol();
      case REMOTE_ADDR:
        return message.endpoints().remoteHost();
      case REASON_PHRASE:
        return message.reasonPhrase();
      case TRAILERS:
        return message.trailers();
      case CONNECTION_TIME:
        return known(message.connectionMillis());
      case REQUEST_TIME:
        return known(message.requestMillis());
      case LENGTH:
        return length();
      case PROTOCOL_VERSION:
        return ProtocolVersions.of(message.protocol());
      case LINKS:
        return Links.parse(message.headers().getAll("link"));
      default:
        throw new IllegalArgumentException("index: " + index);
    }
  }

  private Long length() {
    String length = message.headers().get("content-length");
    try {
      return length == null ? null : Long.valueOf(length.trim());
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static Long known(long millis) {
    return millis < 0 ? null : millis;
  }

  @Override
  public int status() {
    return message.status();
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
  public String protocol() {
    return message.protocol();
  }

  @Override
  public String reasonPhrase() {
    return message.reasonPhrase();
  }

  @Override
  public SocketAddress remoteAddress() {
    return message.endpoints().remote();
  }

  /** Returns the message that this is a view of. */
  public ResponseMessage message() {
    return message;
  }
}
