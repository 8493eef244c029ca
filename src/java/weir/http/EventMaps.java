package weir.http;

import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.PersistentHashMap;
import java.util.Locale;

/** A server's events as maps, for the functions of Clojure programs. */
final class EventMaps {

  private EventMaps() {}

  /** Returns a listener that calls {@code function} with a map of each event. */
  static ServerListener to(IFn function) {
    return new ServerListener() {
      @Override
      public void connectionOpened(Connection connection) {
        function.invoke(connection("connection-opened", connection));
      }

      @Override
      public void connectionClosed(Connection connection) {
        function.invoke(connection("connection-closed", connection));
      }

      @Override
      public void requestEnded(Exchange exchange) {
        function.invoke(request(exchange));
      }
    };
  }

  private static Object connection(String event, ServerListener.Connection c) {
    return PersistentHashMap.create(
        key("event"), key(event),
        key("remote-address"), c.remote(),
        key("local-address"), c.local(),
        key("secure?"), c.secure(),
        key("open-ns"), c.openNanos(),
        key("requests"), c.requests(),
        key("bytes-read"), c.bytesRead(),
        key("bytes-written"), c.bytesWritten());
  }

  private static Object request(ServerListener.Exchange e) {
    return PersistentHashMap.create(
        key("event"), key("request-ended"),
        key("request-method"), key(e.method().toLowerCase(Locale.ROOT)),
        key("target"), e.target(),
        key("protocol"), e.protocol(),
        key("remote-address"), e.remote(),
        key("status"), e.status() == 0 ? null : (Object) (long) e.status(),
        key("outcome"), key(e.outcome().name().toLowerCase(Locale.ROOT)),
        key("body-bytes"), e.bodyBytes(),
        key("queued-ns"), e.queuedNanos(),
        key("handled-ns"), e.handledNanos(),
        key("written-ns"), e.writtenNanos());
  }

  private static Keyword key(String name) {
    return Keyword.intern(null, name);
  }
}
