package weir.http.server;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSession;
import weir.deferred.Deferred;
import weir.http.Endpoints;
import weir.http.Headers;
import weir.http.RequestMessage;
import weir.http.ResponseHead;
import weir.http.ServerNamePolicy;

/**
 * The request of an exchange, as handlers see it through {@link weir.http.RingRequest}.
 *
 * <p>Fields without a comment are written before the exchange is handed over to the next thread and
 * read after it.
 */
abstract class ReceivedRequest extends OutboxItem implements RequestMessage {

  private final Lane lane;
  private final HttpRequest request;
  private final boolean keepAlive;
  private final long arrivedNanos = System.nanoTime();

  private Object body;
  private Object withheldBody;
  private Forwarded forwarded; // racy, but every thread computes an equal one
  private volatile RequestTrailers requestTrailers;
  private volatile ClosedWatch closed;

  /** Informational responses that were not written yet; see {@link #takeInterim}. */
  private volatile Interim interim;

  // ---- only for the event loop
  boolean undecided; // the continue handler has not said yet whether the body may come
  boolean answered;

  ReceivedRequest(Lane lane, HttpRequest request, boolean keepAlive) {
    this.lane = lane;
    this.request = request;
    this.keepAlive = keepAlive;
  }

  Lane lane() {
    return lane;
  }

  ServerContext context() {
    return lane.context();
  }

  ServerLoop loop() {
    return lane.loop();
  }

  boolean isHead() {
    return request.method() == HttpMethod.HEAD;
  }

  boolean isHttp10() {
    HttpVersion version = request.protocolVersion();
    return version.minorVersion() == 0 && version.majorVersion() == 1;
  }

  // ---- the body

  void body(Object newBody) {
    if (undecided) {
      withheldBody = newBody;
    } else {
      body = newBody;
    }
  }

  /** Has no body for now: whoever decides whether it may come cannot read it. */
  void withholdBody() {
    withheldBody = body;
    body = null;
  }

  /** Has its body again. */
  void giveBody() {
    body = withheldBody;
    withheldBody = null;
  }

  RequestTrailers requestTrailers() {
    return requestTrailers;
  }

  /** Fields may follow the body. */
  void expectTrailers() {
    requestTrailers = new RequestTrailers();
  }

  // ---- informational responses

  @Override
  public boolean inform(int status, Map<?, ?> headers) {
    ResponseHead head = Interim.head(status, headers);
    if (isHttp10() || answered || !addInterim(head)) {
      return false;
    }
    loop().run(this::informNow);
    return true;
  }

  /** There are new informational responses; on the loop. */
  abstract void informNow();

  private synchronized boolean addInterim(ResponseHead head) {
    Interim waiting = interim;
    if (waiting == null) {
      waiting = new Interim();
    }
    if (!waiting.add(head)) {
      return false;
    }
    interim = waiting;
    return true;
  }

  /** Whether there are any; it may be a moment late. */
  boolean hasInterim() {
    return interim != null;
  }

  synchronized List<ResponseHead> takeInterim() {
    Interim taken = interim;
    interim = null;
    return taken == null ? List.of() : taken.heads();
  }

  // ---- whether the client is still there

  /** Made when it is first asked for; true when the client goes before the response is sent. */
  @Override
  public Object closed() {
    ClosedWatch known = closed;
    if (known == null) {
      synchronized (this) {
        known = closed;
        if (known == null) {
          known = new ClosedWatch();
          closed = known;
          known.start(lane.channel());
        }
      }
    }
    return known;
  }

  /** The response has been sent. */
  void stopWatching() {
    ClosedWatch known = closed;
    if (known != null) {
      known.stop(lane.channel());
    }
  }

  // ---- RequestMessage

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
    HttpVersion version = request.protocolVersion();
    if (version == HttpVersion.HTTP_1_1) {
      return "HTTP/1.1";
    }
    return version.text();
  }

  @Override
  public boolean secure() {
    Peer peer = lane.peer();
    String scheme = peer.forwards() ? forwarded().scheme() : null;
    return scheme == null ? peer.secure() : scheme.equals("https");
  }

  @Override
  public Endpoints endpoints() {
    return lane.peer().forwards() ? forwarded().endpoints() : lane.peer().endpoints();
  }

  @Override
  public String forwardedHost() {
    return lane.peer().forwards() ? forwarded().host() : null;
  }

  private Forwarded forwarded() {
    Forwarded known = forwarded;
    if (known == null) {
      known = lane.peer().client(request.headers());
      forwarded = known;
    }
    return known;
  }

  @Override
  public Object body() {
    return body;
  }

  @Override
  public Deferred<Headers> trailers() {
    return requestTrailers == null ? null : requestTrailers.fields();
  }

  @Override
  public boolean keepAlive() {
    return keepAlive;
  }

  @Override
  public long arrivedNanos() {
    return arrivedNanos;
  }

  @Override
  public Channel channel() {
    return lane.channel();
  }

  @Override
  public ServerNamePolicy serverNamePolicy() {
    return context().config().serverNamePolicy();
  }

  @Override
  public SSLSession sslSession() {
    return lane.sslSession();
  }

  @Override
  public String connectProtocol() {
    return lane.connectProtocol();
  }

  @Override
  public Object writable() {
    return lane.writable();
  }

  @Override
  public Object streamError() {
    return lane.streamError();
  }

  @Override
  public String toString() {
    return request.method() + " " + request.uri();
  }
}
