package weir.http.client;

import static weir.options.Options.consumer;
import static weir.options.Options.illegal;
import static weir.options.Options.instance;
import static weir.options.Options.millis;
import static weir.options.Options.positiveInt;
import static weir.options.Options.truthy;

import clojure.lang.IFn;
import clojure.lang.Keyword;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import weir.http.HttpClient;
import weir.http.http2.Http2Config;
import weir.net.tls.Alpn;

/** What a client's option map says of HTTP/2. */
public final class Http2ClientOptions {

  /** The keys, but for those that HTTP/1 has, too. */
  public static final List<String> NAMES =
      List.of(
          "http-versions",
          "force-h2c?",
          "http2-settings",
          "http2-window-size",
          "http2-connection-window-size",
          "http2-max-window-size",
          "http2-max-frame-size",
          "http2-max-header-list-size",
          "http2-max-control-frames",
          "http2-max-window-updates",
          "http2-max-waiting-acks",
          "http2-max-continuations",
          "http2-ping-interval",
          "http2-ping-timeout",
          "conn-go-away-handler",
          "stream-go-away-handler",
          "reset-stream-handler",
          "http2-conn-pipeline-transform",
          "pipeline-transform",
          "http2-stream-pipeline-transform"); // wins over the one before it

  private static final int LEAST_FRAME = 16_384;
  private static final int LARGEST_FRAME = 16_777_215;
  private static final int LEAST_WINDOW = 65_535;

  private final Http2Config.Builder limits = Http2Options.configBuilder();
  private final Http2Options.Builder http2 = Http2Options.builder();

  private Http2ClientOptions() {}

  /**
   * Sets what the map says.
   *
   * @param options Keywords to values, or null; other keys are left alone, and nil is as if it were
   *     not there
   * @throws IllegalArgumentException that names an option, its value and what it takes
   */
  public static void set(HttpClient.Builder builder, Map<?, ?> options) {
    if (options == null) {
      return;
    }
    Http2ClientOptions all = new Http2ClientOptions();
    boolean any = false;
    for (String name : NAMES) {
      Keyword key = Keyword.intern(name);
      Object value = options.get(key);
      if (value != null) {
        any |= all.set(builder, key, value);
      }
    }
    if (any) {
      builder.http2(all.http2.config(all.limits.build()).build());
    }
  }

  /** Returns whether the option is about connections of HTTP/2. */
  private boolean set(HttpClient.Builder builder, Keyword k, Object v) {
    switch (k.getName()) {
      case "http-versions" -> {
        builder.httpVersions(versions(k, v));
        return false;
      }
      case "force-h2c?" -> {
        builder.priorKnowledge(truthy(v));
        return false;
      }
      case "http2-settings" -> limits.settings(settings(k, v));
      case "http2-window-size" -> limits.streamWindowBytes(positiveInt(k, v));
      case "http2-connection-window-size" ->
          limits.connectionWindowBytes(within(k, v, LEAST_WINDOW, Integer.MAX_VALUE));
      case "http2-max-window-size" -> limits.maxWindowBytes(positiveInt(k, v));
      case "http2-max-frame-size" -> limits.maxFrameBytes(within(k, v, LEAST_FRAME, LARGEST_FRAME));
      case "http2-max-header-list-size" -> limits.maxHeaderListBytes(positiveInt(k, v));
      case "http2-max-control-frames" -> limits.maxControlFrames(positiveInt(k, v));
      case "http2-max-window-updates" -> limits.maxWindowUpdates(positiveInt(k, v));
      case "http2-max-waiting-acks" -> limits.maxWaitingAcks(positiveInt(k, v));
      case "http2-max-continuations" -> limits.maxContinuations(positiveInt(k, v));
      case "http2-ping-interval" -> http2.pingInterval(millis(k, v));
      case "http2-ping-timeout" -> http2.pingTimeout(millis(k, positiveInt(k, v)));
      case "conn-go-away-handler" -> http2.onGoAway(hook(k, v));
      case "stream-go-away-handler" -> http2.onStreamGoAway(hook(k, v));
      case "reset-stream-handler" -> http2.onReset(hook(k, v));
      case "http2-conn-pipeline-transform" -> http2.connectionPipeline(transform(k, v));
      case "pipeline-transform", "http2-stream-pipeline-transform" ->
          http2.streamPipeline(transform(k, v));
      default -> throw new IllegalStateException(k.toString());
    }
    return true;
  }

  /** Returns the names in ALPN of a vector of versions. */
  static String[] versions(Object k, Object v) {
    if (!(v instanceof Iterable<?> versions)) {
      throw illegal(k, v, "a vector of :http1 and :http2");
    }
    List<String> names = Alpn.names(versions);
    if (names.isEmpty()) {
      throw illegal(k, v, "at least one of :http1 and :http2");
    }
    return names.toArray(String[]::new);
  }

  private static Http2Settings settings(Object k, Object v) {
    Http2Settings settings = instance(Http2Settings.class, k, v, "Netty's Http2Settings");
    if (Boolean.TRUE.equals(settings.pushEnabled())) {
      throw illegal(k, v, "settings without push, for nobody takes what is pushed");
    }
    return settings;
  }

  private static int within(Object k, Object v, int least, int largest) {
    int n = positiveInt(k, v);
    if (n < least || n > largest) {
      throw illegal(k, v, least + "-" + largest);
    }
    return n;
  }

  private static Consumer<ChannelPipeline> transform(Object k, Object v) {
    return consumer(k, v);
  }

  private static <T> BiConsumer<ChannelHandlerContext, T> hook(Object k, Object v) {
    IFn f = instance(IFn.class, k, v, "a function of a context and a frame");
    return f::invoke;
  }
}
