package weir.http.client;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;

/** Netty's decoder, told which responses have no body. */
final class ResponseDecoder extends HttpResponseDecoder {

  private String method = "";

  ResponseDecoder(HttpDecoderConfig config) {
    super(config);
  }

  /** A request with that method is being sent. */
  void expect(String requestMethod) {
    method = requestMethod;
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
}
