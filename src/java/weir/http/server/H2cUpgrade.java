package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import weir.http.HeaderCase;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.ResponseHead;
import weir.http.http2.FieldRules;

/**
 * A change from HTTP/1.1 to HTTP/2 on a connection without TLS: the request that has asked for it is
 * the first stream. Newer clients do without (RFC 9113 §3.1), curl does not.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7540#section-3.2">RFC 7540 §3.2</a>
 */
final class H2cUpgrade implements Takeover {

  private static final String SETTINGS = "http2-settings";
  private static final int SETTING_BYTES = 6;

  private final HttpRequest request;
  private final Http2Settings settings;
  private final Http1Connection connection;
  private final Http2Pipeline http2;

  private H2cUpgrade(
      HttpRequest request,
      Http2Settings settings,
      Http1Connection connection,
      Http2Pipeline http2) {
    this.request = request;
    this.settings = settings;
    this.connection = connection;
    this.http2 = http2;
  }

  /**
   * Upgrades the connection if its client wants that. Not with a body: it would have to be kept until
   * there is a stream for it, and a server need not follow.
   *
   * @return false if the request is to be served as it is
   */
  static boolean begin(
      Exchange exchange, HttpRequest request, Http1Connection connection, Http2Pipeline http2) {
    HttpHeaders headers = request.headers();
    if (exchange.inbound != null
        || exchange.isHttp10()
        || !headers.containsValue(HttpHeaderNames.UPGRADE, "h2c", true)
        || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderNames.UPGRADE, true)
        || !headers.containsValue(HttpHeaderNames.CONNECTION, SETTINGS, true)) {
      return false;
    }
    Http2Settings settings = settings(headers.getAll(SETTINGS));
    if (settings == null || !exchange.claim()) {
      return false;
    }
    HeaderFields fields = new HeaderFields();
    fields.add(HeaderName.of("connection"), "Upgrade");
    fields.add(HeaderName.of("upgrade"), "h2c");
    exchange.takeOver(
        new ResponseHead(101, fields, HeaderCase.TITLE),
        new H2cUpgrade(request, settings, connection, http2));
    return true;
  }

  /** Returns null if they are missing, there more than once, or none. */
  private static Http2Settings settings(List<String> values) {
    if (values.size() != 1) {
      return null;
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(values.get(0).trim());
      if (bytes.length % SETTING_BYTES != 0) {
        return null;
      }
      Http2Settings settings = new Http2Settings();
      ByteBuffer in = ByteBuffer.wrap(bytes);
      while (in.hasRemaining()) {
        settings.put(in.getChar(), Long.valueOf(in.getInt() & 0xffffffffL));
      }
      return settings;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public void taken(Channel channel) {
    http2.addTo(channel.pipeline(), false, connection.meter(), connection.peer());
    ChannelHandlerContext ctx = channel.pipeline().context(Http2FrameCodec.class);
    Http2FrameCodec codec = (Http2FrameCodec) ctx.handler();
    try {
      codec.onHttpServerUpgrade(settings);
      codec.decoder().frameListener().onHeadersRead(ctx, 1, headers(), 0, true);
    } catch (Http2Exception e) {
      throw new IllegalStateException("cannot begin HTTP/2 with the upgraded request", e);
    }
  }

  private Http2Headers headers() {
    Http2Headers section = new DefaultHttp2Headers(false);
    section.method(request.method().asciiName());
    section.scheme("http");
    section.path(request.uri());
    String host = request.headers().get(HttpHeaderNames.HOST);
    if (host != null) {
      section.authority(host);
    }
    for (Map.Entry<String, String> field : request.headers()) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (!name.equals("host")
          && !name.equals(SETTINGS)
          && !FieldRules.isOfConnection(name, field.getValue())) {
        section.add(name, field.getValue());
      }
    }
    return section;
  }

  @Override
  public void lost(Throwable cause) {
    ErrorResponses.LOG.debug("the client has gone before it was upgraded to HTTP/2", cause);
  }
}
