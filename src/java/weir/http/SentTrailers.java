package weir.http;

import clojure.lang.IFn;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import manifold.deferred.IDeferred;
import weir.deferred.Coercion;
import weir.deferred.Deferred;
import weir.deferred.Functions;

/**
 * The fields that follow a body on its way out: a map, or a function, a supplier or a promise of one,
 * which is asked when the body has ended.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-6.5">RFC 9110 §6.5</a>
 */
public final class SentTrailers {

  /** What a recipient must know before the body (RFC 9110 §6.5.1). */
  private static final Set<String> NOT_IN_TRAILERS =
      Set.of(
          "age",
          "authorization",
          "cache-control",
          "connection",
          "content-encoding",
          "content-length",
          "content-range",
          "content-type",
          "date",
          "expect",
          "expires",
          "host",
          "location",
          "retry-after",
          "set-cookie",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "vary",
          "www-authenticate");

  private SentTrailers() {}

  /**
   * Checks trailers that are known before the body is sent.
   *
   * @return HeaderFields, or {@code given} when its fields are to be asked for at the end of the body
   * @throws IllegalArgumentException if they cannot be sent
   */
  public static Object early(Object given) {
    if (given instanceof Map<?, ?> fields) {
      return fields(fields);
    }
    boolean known = given instanceof IFn || given instanceof Supplier;
    if (!known && Coercion.toDeferred(given) == null) {
      throw notTrailers(given);
    }
    return given;
  }

  /** Asks for the fields, where it may block, and returns the promise of HeaderFields. */
  public static Deferred<Object> late(Object given, Executor executor) {
    Deferred<Object> encoded = Deferred.create(null);
    executor.execute(() -> settle(given, encoded));
    return encoded;
  }

  private static void settle(Object given, Deferred<Object> encoded) {
    try {
      if (given == null) {
        encoded.success(fields(Map.of()));
      } else if (given instanceof Map<?, ?> fields) {
        encoded.success(fields(fields));
      } else {
        settleFrom(given, encoded);
      }
    } catch (Throwable t) {
      encoded.error(t);
    }
  }

  private static void settleFrom(Object given, Deferred<Object> encoded) {
    IDeferred promised = Coercion.toDeferred(given);
    if (promised != null) {
      promised.onRealized(
          Functions.of(fields -> settle(fields, encoded)), Functions.of(encoded::error));
    } else if (given instanceof IFn f) {
      settle(f.invoke(), encoded);
    } else if (given instanceof Supplier<?> s) {
      settle(s.get(), encoded);
    } else {
      throw notTrailers(given);
    }
  }

  private static IllegalArgumentException notTrailers(Object given) {
    return new IllegalArgumentException(
        ":trailers are of "
            + given.getClass()
            + " (expected: a map, or a function or deferred that gives one)");
  }

  private static HeaderFields fields(Map<?, ?> given) {
    HeaderFields fields = new HeaderFields();
    ResponseHead.addAll(fields, given, SentTrailers::check);
    return fields;
  }

  private static boolean check(HeaderName name) {
    if (NOT_IN_TRAILERS.contains(name.name().toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "trailer " + name.name() + " (expected: a header, it is needed before the body)");
    }
    return true;
  }
}
