package weir.http;

import static weir.options.Options.illegal;
import static weir.options.Options.instance;
import static weir.options.Options.positiveInt;
import static weir.options.Options.truthy;

import clojure.lang.ExceptionInfo;
import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.RT;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import weir.http.http2.Http2Config;
import weir.net.tls.Alpn;
import weir.options.Options;

/** The part of {@link ServerOptions} that is about the versions of HTTP, and the second one. */
final class Http2ServerOptions {

  /** Names of this table, without colons. */
  static final List<String> NAMES =
      List.of(
          "http-versions",
          "use-h2c?",
          "http2-settings",
          "http2-max-concurrent-streams",
          "http2-window-size",
          "http2-connection-window-size",
          "http2-max-window-size",
          "http2-max-connection-window-size",
          "http2-max-frame-size",
          "http2-max-header-list-size",
          "http2-max-resets",
          "http2-max-control-frames",
          "http2-max-window-updates",
          "http2-max-waiting-acks",
          "http2-max-continuations",
          "conn-go-away-handler",
          "stream-go-away-handler",
          "reset-stream-handler",
          "http2-conn-pipeline-transform",
          "http2-stream-pipeline-transform");

  private static final Keyword VERSIONS = Keyword.intern("http-versions");
  private static final List<Keyword> HTTP1 = List.of(Keyword.intern("http1"));

  private final Http2Setup setup;
  private final Http2Config.Builder limits = Http2Config.builder();

  private Http2ServerOptions(Http2Setup setup) {
    this.setup = setup;
  }

  /** Sets what an option map says. */
  static void set(Http2Setup setup, Map<?, ?> options) {
    Http2ServerOptions table = new Http2ServerOptions(setup);
    options.forEach(
        (key, value) -> {
          if (value != null && key instanceof Keyword k && k.getNamespace() == null) {
            table.set(k, value);
          }
        });
    setup.limits(table.limits.build());
  }

  private void set(Keyword k, Object v) {
    switch (k.getName()) {
      case "http-versions" -> setup.versions(names(v).toArray(String[]::new));
      case "use-h2c?" -> setup.cleartext(truthy(v));
      case "http2-settings" -> limits.settings(settings(k, v));
      case "http2-max-concurrent-streams" -> limits.maxConcurrentStreams(positiveInt(k, v));
      case "http2-window-size" -> limits.streamWindowBytes(positiveInt(k, v));
      case "http2-connection-window-size" ->
          limits.connectionWindowBytes(within(k, v, 65_535, Integer.MAX_VALUE));
      case "http2-max-window-size" -> limits.maxWindowBytes(positiveInt(k, v));
      case "http2-max-connection-window-size" ->
          limits.maxConnectionWindowBytes(within(k, v, 65_535, Integer.MAX_VALUE));
      case "http2-max-frame-size" -> limits.maxFrameBytes(within(k, v, 16_384, 16_777_215));
      case "http2-max-header-list-size" -> limits.maxHeaderListBytes(positiveInt(k, v));
      case "http2-max-resets" -> limits.maxResets(positiveInt(k, v));
      case "http2-max-control-frames" -> limits.maxControlFrames(positiveInt(k, v));
      case "http2-max-window-updates" -> limits.maxWindowUpdates(positiveInt(k, v));
      case "http2-max-waiting-acks" -> limits.maxWaitingAcks(positiveInt(k, v));
      case "http2-max-continuations" -> limits.maxContinuations(positiveInt(k, v));
      case "conn-go-away-handler" -> setup.onGoAway(hook(k, v));
      case "stream-go-away-handler" -> setup.onStreamGoAway(hook(k, v));
      case "reset-stream-handler" -> setup.onReset(hook(k, v));
      case "http2-conn-pipeline-transform" -> setup.pipeline(Options.consumer(k, v));
      case "http2-stream-pipeline-transform" -> setup.streamPipeline(Options.consumer(k, v));
      default -> {} // the rest of the table
    }
  }

  /** Returns the versions that an option map asks for, HTTP/1.1 alone if it does not. */
  static Collection<?> versions(Map<?, ?> options) {
    return options.get(VERSIONS) instanceof Collection<?> given ? given : HTTP1;
  }

  /** Returns the names in ALPN of a vector of versions. */
  private static List<String> names(Object v) {
    String expected = "a vector of :http1 and :http2, or one of them";
    Collection<?> versions = instance(Collection.class, VERSIONS, v, expected);
    List<Object> unknown = new ArrayList<>();
    for (Object version : versions) {
      if (!List.of(":http1", ":http2", "http/1.1", "h2").contains(String.valueOf(version))) {
        unknown.add(version);
      }
    }
    if (!unknown.isEmpty()) {
      throw new ExceptionInfo(
          ":http-versions has " + RT.printString(unknown) + " (expected: " + expected + ")",
          new PersistentArrayMap(
              new Object[] {
                Keyword.intern("unsupported-http-versions"), RT.vector(unknown.toArray())
              }));
    }
    List<String> names = Alpn.names(versions);
    if (names.isEmpty() || names.stream().distinct().count() < names.size()) {
      throw illegal(VERSIONS, v, expected);
    }
    return names;
  }

  private static Http2Settings settings(Keyword k, Object v) {
    return instance(Http2Settings.class, k, v, "Netty's Http2Settings");
  }

  private static int within(Keyword k, Object v, int least, int largest) {
    int n = positiveInt(k, v);
    if (n < least || n > largest) {
      throw illegal(k, v, "an integer " + least + "-" + largest);
    }
    return n;
  }

  private static <F> BiConsumer<ChannelHandlerContext, F> hook(Keyword k, Object v) {
    IFn f = instance(IFn.class, k, v, "a function of Netty's context and the frame");
    return f::invoke;
  }
}
