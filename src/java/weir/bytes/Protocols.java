package weir.bytes;

import clojure.lang.IFn;
import clojure.lang.Var;

/**
 * The Clojure protocols that let programs add byte sources, byte sinks and closeable things. The
 * facade installs them; without it there is only Java.
 */
public final class Protocols {

  private record Method(ProtocolKind kind, IFn function) {
    boolean covers(Object x) {
      return kind.covers(x.getClass());
    }
  }

  private static volatile Method take;
  private static volatile Method send;
  private static volatile Method close;

  private Protocols() {}

  /** Installs the protocol of byte sources and its {@code (take-bytes! source n options)}. */
  public static void byteSource(Var protocol, IFn takeBytes) {
    take = new Method(ProtocolKind.of(protocol), takeBytes);
    Type.bind(protocol, ByteSource.KIND);
  }

  /** Calls {@code extend} with each class that an {@link Adapter} makes a source, now or later. */
  public static void eachAdapted(IFn extend) {
    Adapter.eachClass(extend::invoke);
  }

  /** Installs the protocol of byte sinks and its {@code (send-bytes! sink bytes options)}. */
  public static void byteSink(Var protocol, IFn sendBytes) {
    send = new Method(ProtocolKind.of(protocol), sendBytes);
    Type.bind(protocol, ByteSink.KIND);
  }

  /** Installs the protocol of closeable things and its {@code (close x)}. */
  public static void closeable(Var protocol, IFn closeFunction) {
    close = new Method(ProtocolKind.of(protocol), closeFunction);
  }

  static ProtocolKind byteSourceKind() {
    Method m = take;
    return m == null ? null : m.kind;
  }

  static ProtocolKind byteSinkKind() {
    Method m = send;
    return m == null ? null : m.kind;
  }

  static Object take(Object source, int n, Options options) {
    return take.function.invoke(source, n, options.toMap());
  }

  static void send(Object sink, Object bytes, Options options) {
    send.function.invoke(sink, bytes, options.toMap());
  }

  /** Returns true if {@code x} satisfies the protocol of closeable things; null does not. */
  public static boolean isCloseable(Object x) {
    Method m = close;
    return m != null && x != null && m.covers(x);
  }

  static void close(Object x) {
    close.function.invoke(x);
  }
}
