package weir.http.websocket;

import static weir.options.Options.illegal;
import static weir.options.Options.instance;
import static weir.options.Options.millis;
import static weir.options.Options.positiveInt;
import static weir.options.Options.truthy;

import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.Sequential;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.DateFormatter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.body.Pieces;
import weir.net.ByteBufConversions;
import weir.options.Options;

/** The options of WebSockets by the names that Clojure programs give them. */
public final class WebSocketOptions {

  /** Names that both sides know, without colons. */
  public static final List<String> NAMES =
      List.of(
          "raw-stream?",
          "raw-frames?",
          "headers",
          "max-frame-payload",
          "max-frame-size",
          "max-message-size",
          "compression?",
          "compression-options",
          "pipeline-transform",
          "heartbeats",
          "close-timeout",
          "idle-timeout");

  private static final List<String> SERVER_NAMES =
      List.of("allow-extensions?", "sub-protocols", "origin-check");

  private static final List<String> DEFLATE_NAMES =
      List.of(
          "level",
          "server-no-context-takeover?",
          "client-no-context-takeover?",
          "server-max-window-bits",
          "client-max-window-bits");

  private static final List<String> HEARTBEAT_NAMES =
      List.of("send-after-idle", "payload", "timeout");

  private WebSocketOptions() {}

  /** Returns what a server's option map says; reports keys that nobody knows. */
  public static AcceptOptions accept(String place, Map<?, ?> options) {
    List<String> known = new ArrayList<>(NAMES);
    known.addAll(SERVER_NAMES);
    Options.reportUnknown(place, options, known);
    AcceptOptions accept =
        new AcceptOptions(config(options, "allow-extensions?"))
            .subProtocols(subProtocols(options))
            .headers(headers(get(options, "headers")));
    Object check = get(options, "origin-check");
    if (check != null) {
      IFn function = instance(IFn.class, ":origin-check", check, "a function of the Origin header");
      accept = accept.originCheck(origin -> truthy(function.invoke(origin)));
    }
    return accept;
  }

  /** Returns whether messages are buffers. */
  public static boolean raw(Map<?, ?> options) {
    boolean raw = truthy(get(options, "raw-stream?")) || truthy(get(options, "raw-frames?"));
    if (raw) {
      ByteBufConversions.install(); // what byte-streams makes of such buffers
    }
    return raw;
  }

  /**
   * Returns what an option map says about the connection.
   *
   * @param extensions how the option is called that accepts extensions
   */
  public static WebSocketConfig config(Map<?, ?> options, String extensions) {
    WebSocketConfig.Builder b = WebSocketConfig.builder();
    Object max = get(options, "max-message-size");
    if (max != null) {
      int n = positiveInt(":max-message-size", max);
      b.maxFrameBytes(n).maxMessageBytes(n);
    }
    Object frame = get(options, "max-frame-payload");
    if (frame != null) {
      b.maxFrameBytes(positiveInt(":max-frame-payload", frame));
    }
    Object message = get(options, "max-frame-size");
    if (message != null) {
      b.maxMessageBytes(positiveInt(":max-frame-size", message));
    }
    Object close = get(options, "close-timeout");
    if (close != null) {
      b.closeTimeout(millis(":close-timeout", close));
    }
    Object idle = get(options, "idle-timeout");
    if (idle != null) {
      b.idleTimeout(millis(":idle-timeout", idle));
    }
    Object transform = get(options, "pipeline-transform");
    if (transform != null) {
      b.pipeline(Options.consumer(":pipeline-transform", transform));
    }
    b.rawFrames(truthy(get(options, "raw-frames?")));
    setExtensions(b, options, extensions);
    setHeartbeats(b, get(options, "heartbeats"));
    return b.build();
  }

  private static void setExtensions(
      WebSocketConfig.Builder b, Map<?, ?> options, String extensions) {
    Object allowed = get(options, extensions);
    Object deflate = get(options, "compression-options");
    boolean compressed = truthy(get(options, "compression?")) || deflate != null;
    if (compressed && Boolean.FALSE.equals(allowed)) {
      throw illegal(":" + extensions, allowed, "true, or left out, with :compression?");
    }
    b.anyReservedBits(truthy(allowed));
    if (compressed) {
      b.deflate(deflate == null ? DeflateConfig.DEFAULT : deflate(deflate));
    }
  }

  private static DeflateConfig deflate(Object value) {
    Map<?, ?> m = instance(Map.class, ":compression-options", value, "a map");
    Options.reportUnknown(":compression-options", m, DEFLATE_NAMES);
    DeflateConfig d = DeflateConfig.DEFAULT;
    return new DeflateConfig(
        number(m, "level", d.level()),
        truthy(get(m, "server-no-context-takeover?")),
        truthy(get(m, "client-no-context-takeover?")),
        number(m, "server-max-window-bits", d.serverMaxWindowBits()),
        number(m, "client-max-window-bits", d.clientMaxWindowBits()));
  }

  private static int number(Map<?, ?> options, String name, int dflt) {
    Object value = get(options, name);
    return value == null ? dflt : positiveInt(":" + name, value);
  }

  private static void setHeartbeats(WebSocketConfig.Builder b, Object value) {
    if (value == null) {
      return;
    }
    Map<?, ?> m = instance(Map.class, ":heartbeats", value, "a map");
    Options.reportUnknown(":heartbeats", m, HEARTBEAT_NAMES);
    Object idle = get(m, "send-after-idle");
    Object timeout = get(m, "timeout");
    b.heartbeats(
        idle == null
            ? WebSocketConfig.DEFAULT_PING_AFTER_IDLE
            : Duration.ofMillis(positiveInt(":send-after-idle", idle)),
        payload(get(m, "payload")),
        timeout == null ? Duration.ZERO : millis(":timeout", timeout));
  }

  /** Returns the bytes of anything that has some; none for null. */
  public static byte[] payload(Object value) {
    if (value == null) {
      return new byte[0];
    }
    try {
      ByteBuf buffer = Pieces.toByteBuf(value);
      byte[] bytes = ByteBufUtil.getBytes(buffer);
      buffer.release();
      return bytes;
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the payload of a ping", e);
    }
  }

  /** Returns an ordered collection, or the parts of a comma-separated string. */
  public static List<String> subProtocols(Map<?, ?> options) {
    Object value = get(options, "sub-protocols");
    if (value == null) {
      return List.of();
    }
    if (value instanceof String text) {
      return Arrays.stream(text.split(",")).map(String::trim).toList();
    }
    if (value instanceof Collection<?> names) {
      return names.stream().map(String::valueOf).toList();
    }
    throw illegal(":sub-protocols", value, "a comma-separated string, or strings in an order");
  }

  /** Returns the fields of a header map, whose values may be collections. */
  public static HeaderFields headers(Object value) {
    HeaderFields fields = new HeaderFields();
    if (value != null) {
      Map<?, ?> map = instance(Map.class, ":headers", value, "a map");
      map.forEach((name, v) -> add(fields, HeaderName.of(name), v));
    }
    return fields;
  }

  private static void add(HeaderFields fields, HeaderName name, Object value) {
    if (value instanceof Sequential && value instanceof Collection<?> all) {
      all.forEach(each -> fields.add(name, text(each)));
    } else {
      fields.add(name, text(value));
    }
  }

  private static String text(Object value) {
    if (value instanceof Date date) {
      return DateFormatter.format(date);
    }
    return value == null ? null : value.toString();
  }

  static Object get(Map<?, ?> options, String name) {
    return options.get(Keyword.intern(name));
  }
}
