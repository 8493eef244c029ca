package weir.http.server.channel;

import clojure.lang.AFn;
import clojure.lang.IKVReduce;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.PersistentVector;
import clojure.lang.RT;
import clojure.lang.Reduced;
import clojure.lang.Seqable;
import clojure.lang.Sequential;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** Makes of what http-kit allows in a response map what Ring does. */
final class ResponseMaps {

  static final Keyword STATUS = Keyword.intern("status");
  static final Keyword HEADERS = Keyword.intern("headers");
  static final Keyword BODY = Keyword.intern("body");

  private static final Plain ALL_PLAIN = new Plain(true);
  private static final Plain PLAIN_BUT_LENGTH = new Plain(false);
  private static final IPersistentMap HTML = RT.map("Content-Type", "text/html; charset=utf-8");

  private ResponseMaps() {}

  /** Returns the status: 200 unless there is a Long or an Integer. */
  static long status(IPersistentMap response) {
    Object status = response.valAt(STATUS);
    return status instanceof Long || status instanceof Integer
        ? ((Number) status).longValue()
        : 200;
  }

  /** Returns whether responses of this status have no body. */
  static boolean isBodyless(long status) {
    return status == 204 || status == 205 || status == 304 || status < 200;
  }

  /**
   * Returns what the server can send.
   *
   * @param keepsLength whether the handler's Content-Length stays, because there is no body to count
   */
  static IPersistentMap translate(IPersistentMap response, boolean keepsLength) {
    IPersistentMap result = response;
    long status = status(response);
    if (!(response.valAt(STATUS) instanceof Long)) {
      result = result.assoc(STATUS, status);
    }
    Object headers = response.valAt(HEADERS);
    if (headers != null) {
      Object cleaned = headers(headers, keepsLength || status == 304);
      if (cleaned != headers) {
        result = result.assoc(HEADERS, cleaned);
      }
    }
    Object body = response.valAt(BODY);
    Object sendable = body(body);
    return sendable == body ? result : result.assoc(BODY, sendable);
  }

  /** Returns a body that the server can send: a map or a set is the sequence of its elements. */
  static Object body(Object body) {
    return body instanceof Seqable && !(body instanceof Sequential) ? RT.seq(body) : body;
  }

  /** Leaves out nil and lengths, makes one field of each element, and writes values in UTF-8. */
  private static Object headers(Object headers, boolean keepsLength) {
    if (!(headers instanceof Map<?, ?> map)) {
      return headers; // the server says what is wrong with it
    }
    if (arePlain(map, keepsLength)) {
      return headers;
    }
    IPersistentMap result = PersistentArrayMap.EMPTY;
    for (Map.Entry<?, ?> e : map.entrySet()) {
      if (e.getValue() != null && (keepsLength || !isLength(e.getKey()))) {
        result = result.assoc(e.getKey(), value(e.getValue()));
      }
    }
    return result;
  }

  private static boolean arePlain(Map<?, ?> headers, boolean keepsLength) {
    if (headers instanceof IKVReduce fields) {
      return fields.kvreduce(keepsLength ? ALL_PLAIN : PLAIN_BUT_LENGTH, true) == Boolean.TRUE;
    }
    for (Map.Entry<?, ?> e : headers.entrySet()) {
      if (!isPlain(e.getKey(), e.getValue(), keepsLength)) {
        return false;
      }
    }
    return true;
  }

  /** Looks at the fields of a map without making entries of them. */
  private static final class Plain extends AFn {
    private final boolean keepsLength;

    Plain(boolean keepsLength) {
      this.keepsLength = keepsLength;
    }

    @Override
    public Object invoke(Object soFar, Object name, Object value) {
      return isPlain(name, value, keepsLength) ? soFar : new Reduced(false);
    }
  }

  private static boolean isPlain(Object name, Object value, boolean keepsLength) {
    return (value instanceof Number || value instanceof String s && isAscii(s))
        && (keepsLength || !isLength(name));
  }

  private static boolean isLength(Object name) {
    return name instanceof String s && s.equalsIgnoreCase("content-length");
  }

  private static Object value(Object value) {
    if (value instanceof Seqable || value instanceof Iterable<?>) {
      PersistentVector fields = PersistentVector.EMPTY;
      for (Object each : (Iterable<?>) (value instanceof Iterable<?> i ? i : RT.toArray(value))) {
        if (each != null) {
          fields = fields.cons(utf8(each.toString()));
        }
      }
      return fields;
    }
    return utf8(value.toString());
  }

  /** The server writes one byte for each character. */
  private static String utf8(String value) {
    return isAscii(value)
        ? value
        : new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static boolean isAscii(String s) {
    for (int i = 0; i < s.length(); i++) {
      if (s.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the response that the first {@code send!} of a channel gives.
   *
   * @param data a map, or a body
   * @param around what middleware has made of the response that the handler has returned, or null:
   *     its headers stay unless the first send has others
   */
  static IPersistentMap first(Object data, IPersistentMap around) {
    IPersistentMap response =
        isMap(data) ? (IPersistentMap) data : PersistentArrayMap.EMPTY.assoc(BODY, data);
    Object own = response.valAt(HEADERS);
    Object outer = around == null ? null : around.valAt(HEADERS);
    if (!response.containsKey(STATUS) && around != null && around.containsKey(STATUS)) {
      response = response.assoc(STATUS, around.valAt(STATUS));
    }
    if (outer instanceof Map<?, ?> more && !more.isEmpty()) {
      IPersistentMap merged = own instanceof IPersistentMap m ? m : PersistentArrayMap.EMPTY;
      for (Map.Entry<?, ?> e : more.entrySet()) {
        if (!hasName(own, e.getKey())) {
          merged = merged.assoc(e.getKey(), e.getValue());
        }
      }
      own = merged;
    }
    if (own == null) {
      own = HTML;
    }
    return response.assoc(HEADERS, own);
  }

  /** Returns the body of what is sent after the first. */
  static Object more(Object data) {
    return isMap(data) ? ((IPersistentMap) data).valAt(BODY) : data;
  }

  private static boolean isMap(Object data) {
    return data instanceof IPersistentMap && !(data instanceof Sequential);
  }

  private static boolean hasName(Object headers, Object name) {
    if (!(headers instanceof Map<?, ?> map)) {
      return false;
    }
    String wanted = lower(name);
    return map.keySet().stream().anyMatch(key -> lower(key).equals(wanted));
  }

  private static String lower(Object name) {
    String text = name instanceof clojure.lang.Named n ? n.getName() : String.valueOf(name);
    return text.toLowerCase(Locale.ROOT);
  }
}
