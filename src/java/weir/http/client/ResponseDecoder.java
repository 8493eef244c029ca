package weir.http.client;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;

/** Netty's decoder, told which responses have no body, and asked what it thinks of their framing. */
final class ResponseDecoder extends HttpResponseDecoder {

  private String method = "";
  private boolean ambiguous;

  ResponseDecoder(HttpDecoderConfig config) {
    super(config);
  }

  /** A request with that method is being sent. */
  void expect(String requestMethod) {
    method = requestMethod;
    ambiguous = false;
  }

  /** Returns whether the length of the response was told twice, as in attempts at smuggling. */
  boolean wasAmbiguous() {
    return ambiguous;
  }

  /** Returns whether there are bytes behind the last message. */
  boolean hasMore() {
    return actualReadableBytes() > 0;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    // RFC 9112 §6.3: whatever the header says.
    return method.equals("HEAD")
        || (method.equals("CONNECT")
            && ((HttpResponse) message).status().codeClass() == HttpStatusClass.SUCCESS)
        || super.isContentAlwaysEmpty(message);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    ambiguous = true;
    super.handleTransferEncodingChunkedWithContentLength(message);
  }
}
