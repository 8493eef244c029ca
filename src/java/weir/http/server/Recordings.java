package weir.http.server;

/**
 * Asks whether a Flight Recorder recording wants our events. While none runs the answer is a constant
 * to the compiler, so that asking is free. A JVM without the recorder's module never records.
 */
final class Recordings {

  private static final boolean POSSIBLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private Recordings() {}

  static boolean wantRequests() {
    return POSSIBLE && Probes.REQUEST.isEnabled();
  }

  static boolean wantConnections() {
    return POSSIBLE && Probes.CONNECTION.isEnabled();
  }

  /** Loaded only where the events' superclass exists. */
  private static final class Probes {
    static final RequestEvent REQUEST = new RequestEvent();
    static final ConnectionEvent CONNECTION = new ConnectionEvent();
  }
}
