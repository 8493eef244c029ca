package weir.http.client;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import weir.http.Endpoints;
import weir.http.ResponseMessage;

/** A response as it came. The loop fills it in before the program gets it; then it stays. */
final class ClientResponse implements ResponseMessage {

  private final HttpResponse head;
  private final Endpoints endpoints;
  private final boolean keepAlive;
  private final long connectionMillis;
  private final Exchange exchange;
  private final Trailers trailers; // null if there can be none
  private boolean noContent;
  private Object body;
  private long requestMillis;

  ClientResponse(
      HttpResponse head,
      Endpoints endpoints,
      boolean keepAlive,
      Exchange exchange,
      Trailers trailers) {
    this.trailers = trailers;
    this.head = head;
    this.endpoints = endpoints;
    this.exchange = exchange;
    this.connectionMillis = exchange.connectionMillis();
    this.keepAlive = keepAlive && isSelfDelimited();
  }

  /** Whether the end of its body can be told without the connection's end. */
  boolean isSelfDelimited() {
    if (isHttp2()) {
      return true;
    }
    int status = head.status().code();
    return HttpUtil.isTransferEncodingChunked(head)
        || HttpUtil.isContentLengthSet(head)
        || status == 204
        || status == 304
        || exchange.request().method().equals("HEAD");
  }

  boolean isHttp2() {
    return head.protocolVersion() == Http2Heads.VERSION;
  }

  /** Nothing stands behind the head. */
  void endsWithHead() {
    noContent = true;
  }

  /** The announced length of the body, or -1. */
  long contentLength() {
    if (noContent && !HttpUtil.isContentLengthSet(head)) {
      return 0;
    }
    return HttpUtil.isTransferEncodingChunked(head) ? -1 : HttpUtil.getContentLength(head, -1L);
  }

  void body(Object b) {
    body = b;
    requestMillis = exchange.requestMillis();
  }

  @Override
  public int status() {
    return head.status().code();
  }

  @Override
  public HttpHeaders headers() {
    return head.headers();
  }

  @Override
  public Object body() {
    return body;
  }

  @Override
  public boolean keepAlive() {
    return keepAlive;
  }

  @Override
  public String protocol() {
    return head.protocolVersion().text();
  }

  @Override
  public String reasonPhrase() {
    return isHttp2() ? null : head.status().reasonPhrase();
  }

  @Override
  public Endpoints endpoints() {
    return endpoints;
  }

  @Override
  public Object trailers() {
    return trailers == null ? Trailers.NONE : trailers;
  }

  @Override
  public long connectionMillis() {
    return connectionMillis;
  }

  @Override
  public long requestMillis() {
    return requestMillis;
  }
}
